# shellcheck shell=bash
# What stands in for the programs in blocks that need an account or a cluster, or that take too long: each looks at its arguments and calls
# nobody.

# As the pages name them.
export EXECUTION=arn:aws:states:us-east-1:123456789012:execution:prebake:nightly-7

_refuse() {
    printf '%s\n' "$*" >&2
    # Of the block, whose subshell this is in.
    exit 97
}

# The CLI's own check of names and types; nothing is sent.
aws() {
    case "$1 $2" in
        # The CLI's own command, which asks EKS.
        'eks update-kubeconfig') [[ $3 == --name ]] || _refuse "aws $*: --name is missing" ;;
        *) command aws "$@" --generate-cli-skeleton output >/dev/null || _refuse "aws $*: refused by the CLI" ;;
    esac
}

# ./prebake, as DocSession makes it, compares its options with its help.
export PREBAKE_CHECKED=yes

npx() {
    [[ $1 == cdk ]] || _refuse "npx $*: is none of package.json's"
    case $2 in
        synth | diff | deploy | destroy) ;;
        bootstrap) return ;;
        *) _refuse "npx $*: the CDK has no $2" ;;
    esac
    local argument
    for argument in "${@:3}"; do
        case $argument in
            PrebakeImageCache | PrebakeGpuCluster) ;;
            *) _refuse "npx $*: there is no stack $argument" ;;
        esac
    done
}

kustomize() { :; }

# EndpointTest runs it.
events/operate.sh() { [[ -x events/operate.sh ]] || _refuse "events/operate.sh can't be run"; }

npm() { [[ $* == ci ]] || _refuse "npm $*: is not expected"; }

# Whether the files are there; where it is installed, its own check of the verb and the options too.
kubectl() {
    local options=
    if type -P kubectl >/dev/null; then
        options=$(command kubectl help "$1" 2>&1)
        [[ $options != 'Unknown help topic'* ]] || _refuse "kubectl $*: there is no verb $1"
        options+=$(command kubectl options)
    fi
    while (($#)); do
        case $1 in
            -f) [[ -e $2 ]] || _refuse "kubectl -f $2: there is no such file" ;;
            --*) [[ -z $options || $options == *" ${1%%=*}="* ]] || _refuse "kubectl has no option $1" ;;
        esac
        shift
    done
}

#!/usr/bin/env bash
# What an operator does with the workflow, by the AWS CLI alone: on AWS, or in the lab after ./prebake lab --detach and the
# settings that it prints. Starts executions, follows them, looks at what they made, stops one and redrives it, and has a
# schedule start two.
#
# usage: events/operate.sh [STATE_MACHINE_ARN]
# Without an argument it takes the one state machine whose name begins with "prebake". SCHEDULE_ROLE_ARN is a role that EventBridge
# Scheduler may assume to start its executions; the lab takes any.
set -euo pipefail

say() { printf '\n== %s\n' "$*"; }

machine=${1:-$(aws stepfunctions list-state-machines \
    --query "stateMachines[?starts_with(name, 'prebake')].stateMachineArn | [0]" --output text)}
run=operate-$(date +%s)-$$

# start NAME INPUT: prints the execution's ARN.
start() {
    aws stepfunctions start-execution --state-machine-arn "$machine" --name "$1" --input "$2" \
        --query executionArn --output text
}

# Waits until an execution has ended, and prints how.
await() {
    local status=RUNNING
    while [[ $status == RUNNING ]]; do
        sleep 1
        status=$(aws stepfunctions describe-execution --execution-arn "$1" --query status --output text)
    done
    printf '%s\n' "$status"
}

say "The state machine"
aws stepfunctions describe-state-machine --state-machine-arn "$machine" --query '[name, status, type]' --output text

say "An execution with the deployment's defaults"
first=$(start "$run-defaults" '{}')
await "$first"
aws stepfunctions describe-execution --execution-arn "$first"

say "The same under another cache's name: an input goes over the defaults"
second=$(start "$run-other" '{"cacheName": "operate"}')
await "$second"

say "What happened in the first one, the end first"
aws stepfunctions get-execution-history --execution-arn "$first" --reverse-order --no-include-execution-data \
    --max-items 5 --query 'events[].[id, type]' --output text
printf 'states entered: '
aws stepfunctions get-execution-history --execution-arn "$first" \
    --query 'length(events[?stateEnteredEventDetails])' --output text

say "What it published"
snapshot=$(aws ssm get-parameter --name /prebake/default/snapshot-id --query Parameter.Value --output text)
aws ssm get-parameter --name /prebake/default/snapshot-id
aws ec2 describe-snapshots --snapshot-ids "$snapshot"
aws ec2 describe-fast-snapshot-restores --filters "Name=snapshot-id,Values=$snapshot"

say "What it was baked on; all of that goes as it ends, and EC2 tells of it for a while"
aws ec2 describe-tags --filters "Name=resource-id,Values=$snapshot" --query 'Tags[].[Key, Value]' --output text
aws ec2 describe-launch-templates --query 'LaunchTemplates[].[LaunchTemplateId, LaunchTemplateName]' --output text
aws ec2 describe-volumes --filters Name=tag-key,Values=prebake:execution --query 'Volumes[].[VolumeId, State]' --output text
read -r builder image <<< "$(aws ec2 describe-instances --filters Name=tag-key,Values=prebake:execution \
    --query 'Reservations[].Instances[] | [0].[InstanceId, ImageId]' --output text)"
if [[ $builder != None ]]; then
    aws ec2 describe-instances --instance-ids "$builder" \
        --query 'Reservations[].Instances[].[InstanceId, InstanceType, State.Name]' --output text
    aws ec2 describe-images --image-ids "$image" --query 'Images[].[ImageId, Name]' --output text
    aws ssm list-command-invocations --instance-id "$builder" --details \
        --query 'CommandInvocations[].[DocumentName, Status, CommandPlugins[0].ResponseCode]' --output text
else
    echo "No instance is left: the snapshot was there before."
fi

say "One that is stopped, and redriven from where it stood"
third=$(start "$run-stopped" '{"cacheName": "operate", "force": true}')
aws stepfunctions stop-execution --execution-arn "$third" --error Operator.Stopped --cause "Stopped by hand."
if [[ $(await "$third") == ABORTED ]]; then
    aws stepfunctions redrive-execution --execution-arn "$third"
    await "$third"
    aws stepfunctions describe-execution --execution-arn "$third" --query '[redriveCount, status]' --output text
else
    echo "It had ended before it could be stopped, so that there is nothing to redrive."
fi

say "A schedule that fires twice, a minute apart"
schedule=$run-schedule
account=$(cut -d : -f 5 <<< "$machine")
target=$(cat << EOF
{"Arn": "arn:aws:scheduler:::aws-sdk:sfn:startExecution",
 "RoleArn": "${SCHEDULE_ROLE_ARN:-arn:aws:iam::$account:role/prebake-schedule}",
 "Input": "{\"StateMachineArn\": \"$machine\", \"Name\": \"$run-due-<aws.scheduler.execution-id>\", \"Input\": \"{}\"}"}
EOF
)
aws scheduler create-schedule --name "$schedule" --schedule-expression 'rate(1 minute)' \
    --end-date "$(($(date +%s) + 90))" --flexible-time-window Mode=OFF --target "$target"
aws scheduler get-schedule --name "$schedule"
due() {
    aws stepfunctions list-executions --state-machine-arn "$machine" \
        --query "executions[?starts_with(name, '$run-due')].executionArn" --output text
}
while [[ $(due | wc -w) -lt 2 ]]; do sleep 1; done
for execution in $(due); do await "$execution"; done
aws scheduler delete-schedule --name "$schedule"
aws scheduler list-schedules --name-prefix "$run" --query 'length(Schedules)'

say "All of them"
aws stepfunctions list-executions --state-machine-arn "$machine" \
    --query "executions[?starts_with(name, '$run')].[name, status, redriveCount]" --output text

#!/usr/bin/env bash
# Draws the workflow's graph from its definition into docs/workflow.svg. Needs jq, perl and Graphviz (Debian: apt-get install jq graphviz).
# What comes from the first state on whose errors lead to CleanUp stands in a box, with one dashed arrow for all of them.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)

jq -r '
    .States as $states
    | def quoted: "\"" + . + "\"";
    def node: .key as $name | .value.Type as $type
        | "\($name | quoted) [class=\($type | ascii_downcase | quoted)"
          + (if $type == "Choice" then ", shape=hexagon"
             elif $type == "Task" then ", style=\"rounded\""
             elif $type == "Wait" then ", style=\"rounded,dashed\""
             else ", shape=oval" end) + "];";
    def targets: [.Next // empty, (.Choices // [] | .[].Next), .Default // empty] | unique;
    # What comes after the first state whose errors are caught, that one included.
    def after($seen): if . == [] then $seen
        else [.[] | $states[.] | targets[]] - $seen | unique | after($seen + .) end;
    ([$states | to_entries[] | select(.value.Catch // [] | any(.Next == "CleanUp")) | .key]) as $caught
    | ([$caught[0]] | after(.)) as $after
    | def watched: .key as $name | .value.Type != "Succeed" and ($after | index($name) != null);
    "digraph workflow {",
    "  graph [compound=true, rankdir=TB, nodesep=0.25, ranksep=0.32, bgcolor=transparent, fontname=\"sans-serif\"];",
    "  node [shape=box, fontname=\"sans-serif\", fontsize=13, margin=\"0.1,0.05\", height=0.3];",
    "  edge [arrowsize=0.7, fontname=\"sans-serif\", fontsize=11];",
    "  start [shape=circle, label=\"\", width=0.15, class=start];",
    "  start -> \(.StartAt | quoted);",
    "  subgraph cluster_watched {",
    "    class=watched; style=\"rounded,dashed\"; margin=14;",
    ($states | to_entries[] | select(watched) | "    " + node),
    "  }",
    ($states | to_entries[] | select(watched | not) | "  " + node),
    ($states | to_entries[] | .key as $from | .value | targets[] | "  \($from | quoted) -> \(quoted);"),
    ($states | to_entries[] | .key as $from | [.value.Catch // [] | .[].Next | select(. != "CleanUp")] | unique[]
        | "  \($from | quoted) -> \(quoted) [class=failure, style=dashed];"),
    ($caught[-1]
        | "  \(quoted) -> CleanUp [ltail=cluster_watched, class=failure, style=dashed, label=\" any error\"];"),
    "}"' "$root/statemachine/image-cache.asl.json" | dot -Tsvg |
    # Colours of the reader, dark or light, in place of fixed ones; no fixed size, so that it shrinks with the page.
    perl -0777 -pe 's/<\?xml.*?\?>\s*|<!DOCTYPE.*?>\s*|<!--.*?-->\s*//gs' |
    sed -E \
        -e 's/<svg width="[0-9.]+pt" height="[0-9.]+pt"/<svg role="img" aria-label="The workflow"/' \
        -e 's/ (fill|stroke)="(black|none|transparent)"//g' \
        -e '0,/<g id="graph0"/s//<style>\n:root { --ink: #1f2328; --paper: #ffffff; --work: #dbeafe; --wait: #f3f4f6; --end: #dcfce7; --bad: #b91c1c }\n@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --work: #1e3a5f; --wait: #21262d; --end: #14432a; --bad: #f87171 } }\nsvg { background: var(--paper) }\ntext { fill: var(--ink) }\npath, polygon, ellipse { stroke: var(--ink); fill: none }\n.edge polygon, .start ellipse { fill: var(--ink) }\n.task path { fill: var(--work) }\n.wait path { fill: var(--wait) }\n.pass ellipse, .succeed ellipse { fill: var(--end) }\n.failure path, .failure polygon, .fail ellipse { stroke: var(--bad) }\n.failure polygon { fill: var(--bad) }\n.graph > polygon { stroke: none }\n<\/style>\n&/' \
        >"$root/docs/workflow.svg"

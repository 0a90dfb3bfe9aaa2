"""Measures Hubbub beside its peers; see README.md.

python benchmarks/run.py                                 everything
python benchmarks/run.py fanout-1000-16 --only hubbub,node
python benchmarks/run.py --quick --json results.jsonl
"""

import argparse
import json
import os
import resource
import signal
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from harness import build, machine
from harness.community import HubbubCommunity
from harness.figures import Figures, middle
from harness.hubbub import Hubbub, HubbubSocketIO
from harness.paths import BUILD, GENERATOR_CORE, require_two_cores
from harness.peers import Node, PythonSocketIO, Reflector
from harness.progress import tell
from harness.scenarios import SCENARIOS, SOCKETIO_SCENARIOS, Effort, Scenario
from harness.servers import Server
from harness.table import Results, remarks, table

USERS = 1000
QUICK_USERS = 100
SOCKETS_NEEDED = 10_500
EVERY = (*SCENARIOS, *SOCKETIO_SCENARIOS)


def main() -> None:
    arguments = _arguments()
    require_two_cores()
    _allow_many_sockets()
    BUILD.mkdir(exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that folders are removed
    # Children are put where they belong one by one; the harness itself stays off the server's core.
    os.sched_setaffinity(0, [GENERATOR_CORE])
    effort = Effort(arguments.quick)
    with closing(Hubbub(QUICK_USERS if effort.quick else USERS)) as subject:
        servers = _chosen_servers(subject, arguments.only)
        _install(servers)
        outcomes = [
            (scenario, _outcome(scenario, servers, effort, arguments.json))
            for scenario in _chosen_scenarios(arguments.scenarios)
        ]
    labels = {server.name: server.label for server in servers if _took_part(server, outcomes)}
    print(table(outcomes, labels))
    print(remarks(outcomes))


def _arguments() -> argparse.Namespace:
    names = ", ".join(scenario.name for scenario in EVERY)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=names)
    parser.add_argument(
        "--only",
        help="servers, separated by commas: hubbub, hubbub-socketio, hubbub-community, node, python",
    )
    parser.add_argument("--quick", action="store_true", help="shorter, and less exact")
    parser.add_argument("--json", type=Path, metavar="FILE", help="append a line per scenario")
    return parser.parse_args()


def _allow_many_sockets() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < SOCKETS_NEEDED:
        raise SystemExit(f"ulimit -Hn is {hard}; 10,000 connections need {SOCKETS_NEEDED}.")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _chosen_servers(subject: Hubbub, only: str | None) -> list[Server]:
    users = USERS
    everyone: list[Server] = [
        subject,
        HubbubSocketIO(subject),
        HubbubCommunity(subject),
        Node(users),
        PythonSocketIO(users),
        Reflector(),
    ]
    if only is None:
        return everyone
    wanted = only.split(",")
    unknown = set(wanted) - {server.name for server in everyone}
    if unknown:
        raise SystemExit(f"no such server: {', '.join(sorted(unknown))}")
    return [server for server in everyone if server.name in wanted]


def _install(servers: Sequence[Server]) -> None:
    build.loadgen()
    for server in servers:
        server.install()


def _chosen_scenarios(names: Sequence[str]) -> list[Scenario]:
    known = {scenario.name: scenario for scenario in EVERY}
    unknown = set(names) - known.keys()
    if unknown:
        raise SystemExit(f"no such scenario: {', '.join(sorted(unknown))}")
    return [known[name] for name in names] or list(EVERY)


def _outcome(
    scenario: Scenario, servers: Sequence[Server], effort: Effort, json_file: Path | None
) -> Results:
    """Run the scenario in rounds, in each of them every server once, and keep the median."""
    taking_part = [server for server in servers if server.name in scenario.servers]
    rounds: dict[str, list[Figures]] = {server.name: [] for server in taking_part}
    for turn in range(effort.rounds if scenario.is_repeated else 1):
        for server in taking_part:
            tell(f"{scenario.name}: {server.label}, round {turn + 1}")
            rounds[server.name].append(_figures(scenario, server, effort))
    measure = scenario.goals[0].measure
    results = {name: middle(figures, measure) for name, figures in rounds.items()}
    if json_file:
        _append(json_file, scenario, results, effort)
    return results


def _figures(scenario: Scenario, server: Server, effort: Effort) -> Figures:
    """A server that fails is a result too; the others still have their turn."""
    try:
        figures = scenario.run(server, effort)
    except (RuntimeError, OSError) as error:
        figures = Figures({}, f"{type(error).__name__}: {error}")
    shown = ", ".join(f"{name} {value:,.6g}" for name, value in figures.values.items())
    tell(f"    {shown} {figures.faults}")
    return figures


def _append(json_file: Path, scenario: Scenario, results: Results, effort: Effort) -> None:
    line = {
        "scenario": scenario.name,
        "about": scenario.about,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": effort.quick,
        "goals": [
            {"measure": goal.measure, "goal": goal.wording(), "met": goal.is_met(results)}
            for goal in scenario.goals
        ],
        "servers": {name: figures.as_json() for name, figures in results.items()},
        "machine": machine.facts(),
    }
    with json_file.open("a") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _took_part(server: Server, outcomes: Sequence[tuple[Scenario, Results]]) -> bool:
    return any(server.name in results for _, results in outcomes)


if __name__ == "__main__":
    main()

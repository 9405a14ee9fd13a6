"""Asks the stack: the same packets as a capture of its own, run through `tunstack replay`."""
import json
import os
import subprocess
import tempfile

import pcapng

APART = 100  # seconds between two cases on the stack's clock
SETTINGS = ["ip4.frag.timeout=1", "ip6.frag.timeout=1", "icmp4.error_rate=0", "icmp6.error_rate=0",
            "icmp4.error_tos=rfc1812", "mld.enable=off", "dad.transmits=0", "acd.enable=off"]


def arguments_for(doors):
    """As `tunstack up` takes them."""
    if len(doors) > 1:
        return [word for door in doors for word in ("--door", f"{door.device}={','.join(door.addresses)},mtu={door.mtu}")]
    only = doors[0]
    arguments = [word for address in only.addresses for word in ("--address", address)]
    if only.mac:
        arguments += ["--tap", "--mac", only.mac, "--role", "router"]
    return arguments + [word for gateway in only.gateways for word in ("--gateway", gateway)]


def records(cases):
    """(seconds, packet) for each packet of the cases, all of which come by the first door."""
    for number, (_, _, steps) in enumerate(cases):
        packets = [step for step in steps if isinstance(step, bytes)]
        for place, packet in enumerate(packets):
            yield (number + 1) * APART + place / 1000, packet


def sorted_answers(path, count):
    answers = [[] for _ in range(count)]
    for seconds, door, packet in pcapng.read(path):
        answers[int(seconds // APART) - 1].append((door, packet))
    return answers


def deciding_rules(lines, count):
    """The rule that decided the last packet of each case, or what came of it later."""
    rules = [""] * count
    for line in lines.splitlines():
        decision = json.loads(line)
        if decision.get("verdict") not in (None, "hold", "send"):
            rules[int(decision["time"] // APART) - 1] = decision["reason"]
    return rules


def ask(program, cases, doors, settings):
    """For each case what the stack sends, as (number of the door, packet), and the rule that decided."""
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = os.path.join(folder, "asked.pcapng"), os.path.join(folder, "answered.pcapng")
        pcapng.write(asked, doors, arguments_for(doors), records(cases))
        command = [program, "replay", asked, "--write", answered, "--json"]
        for setting in SETTINGS + settings:
            command += ["--set", setting]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode > 1:  # 1: it sends what the capture has not
            raise RuntimeError(result.stderr)
        return sorted_answers(answered, len(cases)), deciding_rules(result.stdout, len(cases))

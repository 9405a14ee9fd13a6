"""Asks the stack: the same packets as a capture, run through `tunstack replay`."""
import json
import os
import struct
import subprocess
import tempfile

APART = 100  # seconds between two cases on the stack's clock
RAW_IP = 101  # the link type
SETTINGS = ["ip4.frag.timeout=1", "ip6.frag.timeout=1", "icmp4.error_rate=0", "icmp6.error_rate=0",
            "icmp4.error_tos=rfc1812", "mld.enable=off"]


def write_capture(path, cases):
    with open(path, "wb") as capture:
        capture.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, RAW_IP))
        for number, (_, _, steps) in enumerate(cases):
            microseconds = 0
            for step in steps:
                if isinstance(step, bytes):
                    capture.write(struct.pack("<IIII", (number + 1) * APART, microseconds, len(step), len(step)) + step)
                    microseconds += 1000


def read_capture(path, count):
    answers = [[] for _ in range(count)]
    with open(path, "rb") as capture:
        capture.read(24)
        while record := capture.read(16):
            seconds, _, length, _ = struct.unpack("<IIII", record)
            answers[seconds // APART - 1].append(capture.read(length))
    return answers


def deciding_rules(lines, first, count):
    """The rule that decided the last packet of each case, or what came of it later."""
    rules = [""] * count
    for line in lines.splitlines():
        decision = json.loads(line)
        if decision.get("verdict") not in (None, "hold"):
            rules[int((decision["time"] - first) // APART)] = decision["reason"]
    return rules


def ask(program, cases):
    """For each case the packets that the stack sends, and the rule that decided."""
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = os.path.join(folder, "asked.pcap"), os.path.join(folder, "answered.pcap")
        write_capture(asked, cases)
        command = [program, "replay", asked, "--write", answered, "--json"]
        for setting in SETTINGS:
            command += ["--set", setting]
        result = subprocess.run(command, check=True, capture_output=True, text=True)
        first = json.loads(result.stdout.splitlines()[0])["time"]
        return read_capture(answered, len(cases)), deciding_rules(result.stdout, first, len(cases))

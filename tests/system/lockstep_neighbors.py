#!/usr/bin/env python3
"""A station on the Ethernet of the lab `neighbors`, in lockstep, for six hours of virtual time: it asks for alice by
neighbor discovery, pings her, and answers her own questions, or does not. Called as: lockstep_neighbors.py PROGRAM"""
import socket
import struct
import subprocess
import sys

OUR_MAC, ALICE_MAC = bytes.fromhex("02005e005399"), bytes.fromhex("0274c0000202")
OURS, ALICE = (socket.inet_pton(socket.AF_INET6, text) for text in ("2001:db8::1", "2001:db8::2"))
GROUP = socket.inet_pton(socket.AF_INET6, "ff02::1:ff00:2")
SOLICITATION, ADVERTISEMENT, REQUEST, REPLY = 135, 136, 128, 129
HOURS, PERIOD = 6, 600  # seconds
MOST_EVENTS = 10 * HOURS * 3600 // PERIOD  # packets that may leave in all that time


def checksum(octets):
    total = sum(struct.unpack(f">{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def frame(to_mac, destination, message):
    sum_of = checksum(OURS + destination + struct.pack(">II", len(message), 58) + message)
    message = message[:2] + struct.pack(">H", sum_of) + message[4:]
    return to_mac + OUR_MAC + b"\x86\xdd" + struct.pack(">IHBB", 6 << 28, len(message), 58, 255) + OURS + destination + message


class Lab:
    def __init__(self, program):
        self.process = subprocess.Popen([program, "lab", "lockstep", "neighbors"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.now, self.events = 0.0, 0

    def say(self, line):
        """The ICMPv6 messages that came of it for us: (time, octets), and errors."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        messages, errors = [], []
        while True:
            words = self.process.stdout.readline().split()
            if words[0] == "now":
                assert float(words[1]) >= self.now, "time goes back"
                self.now = float(words[1])
                return messages, errors
            if words[0] == "error":
                errors.append(words)
                continue
            word, door, time, digits = words
            assert (word, door) == ("out", "host") and self.now <= float(time), words
            self.events += 1
            octets = bytes.fromhex(digits)
            if octets[:6] in (OUR_MAC, bytes.fromhex("3333ff000001")) and octets[12:14] == b"\x86\xdd" and octets[20] == 58:
                pseudo = octets[22:54] + struct.pack(">II", len(octets) - 54, 58)
                assert len(octets) % 2 == 1 or checksum(pseudo + octets[54:]) == 0, "wrong checksum"
                messages.append((float(time), octets[54:]))

    def inject(self, octets):
        return self.say("inject host " + octets.hex())


def answer(lab):
    """Who asks for us is told."""
    lab.inject(frame(ALICE_MAC, ALICE, bytes([ADVERTISEMENT, 0, 0, 0, 0x60, 0, 0, 0]) + OURS + b"\2\1" + OUR_MAC))


def kinds(messages):
    return [message[0] for _, message in messages]


def ask(lab):
    messages, _ = lab.inject(frame(b"\x33\x33\xff\0\0\2", GROUP, bytes([SOLICITATION]) + bytes(7) + ALICE + b"\1\1" + OUR_MAC))
    assert kinds(messages) == [ADVERTISEMENT], messages
    advertised = messages[0][1]
    assert advertised[4] & 0x40 and advertised[8:24] == ALICE and advertised[24:32] == b"\2\1" + ALICE_MAC, advertised


def ping(lab, number):
    request = struct.pack(">BBHHH", REQUEST, 0, 0, 7, number) + b"in step."
    messages, _ = lab.inject(frame(ALICE_MAC, ALICE, request))
    return [message for _, message in messages if message[0] == REPLY and message[4:] == request[4:]]


def main():
    lab = Lab(sys.argv[1])
    lab.say("advance 5s")  # until addresses are checked
    for number in range(HOURS * 3600 // PERIOD):
        end = (number + 1) * PERIOD
        ask(lab)
        assert len(ping(lab, number)) == 1, f"no reply in round {number}"
        # Alice took our word for our address; five seconds later she makes sure (RFC 4861 7.3.3), once if we answer,
        # three times if we do not.
        questions = []
        for _ in range(12):
            messages, _ = lab.say("advance 1s")
            asked = [time for time, message in messages if message[0] == SOLICITATION and message[8:24] == OURS]
            questions += asked
            if asked and number % 2 == 0:
                answer(lab)
        assert len(questions) == (1 if number % 2 == 0 else 3), (number, questions)
        lab.say(f"advance {end - lab.now:.6f}s")
    _, errors = lab.say("inject host xyz")
    assert len(errors) == 1 and lab.now == HOURS * 3600
    assert lab.events < MOST_EVENTS, f"{lab.events} packets left"
    lab.process.stdin.write("quit\n")
    lab.process.stdin.close()
    assert lab.process.wait(10) == 0
    print(f"six hours are over: {lab.events} packets left")


if __name__ == "__main__":
    main()

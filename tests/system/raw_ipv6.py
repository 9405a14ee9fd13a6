#!/usr/bin/env python3
"""Sends what ordinary clients do not, and prints what comes back: the name of an errno, "timeout", or as said below.

  raw_ipv6.py protocol ADDRESS NUMBER         a packet with this next header value
  raw_ipv6.py options ADDRESS HEX             a datagram to the UDP echo port behind this destination options header:
                                              "answered"
  raw_ipv6.py fragments FROM ADDRESS N,...    an echo request of 4000 octets in fragments of 1232, the Nth from 0 in
                                              this order: type and code of the answer, and "equal" if it has the data
"""
import errno
import socket
import struct
import sys

HEADER_INCLUDED = socket.IPPROTO_RAW
PIECE = 1232


def outcome(connected, data, wait):
    connected.settimeout(wait)
    try:
        connected.send(data)
        connected.recv(100)
        return "answered"
    except TimeoutError:
        return "timeout"
    except OSError as error:
        return errno.errorcode[error.errno]


def protocol(address, number):
    client = socket.socket(socket.AF_INET6, socket.SOCK_RAW, int(number))
    client.connect((address, 0))
    return outcome(client, b"12345678", 2)  # less is too little for the kernel to find the socket by


def options(address, header):
    client = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    client.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_DSTOPTS, bytes.fromhex(header))
    client.connect((address, 7))
    return outcome(client, b"data", 0.5)


def checksum(octets):
    total = sum(struct.unpack(f">{len(octets) // 2}H", octets))
    return ~(total % 0xffff) & 0xffff


def echo_request(addresses, size):
    body = struct.pack(">HH", 5, 1) + bytes(i * 7 % 256 for i in range(size - 8))
    pseudo_header = addresses + struct.pack(">II", size, socket.IPPROTO_ICMPV6)
    covered = pseudo_header + struct.pack(">BBH", 128, 0, 0) + body
    return struct.pack(">BBH", 128, 0, checksum(covered)) + body


def fragments(source, address, order):
    addresses = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, address)
    request = echo_request(addresses, 4000)
    answers = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    answers.settimeout(2)
    sender = socket.socket(socket.AF_INET6, socket.SOCK_RAW, HEADER_INCLUDED)
    for offset in (PIECE * int(number) for number in order.split(",")):
        data = request[offset:offset + PIECE]
        more = offset + PIECE < len(request)
        sender.sendto(struct.pack(">IHBB", 6 << 28, 8 + len(data), 44, 64) + addresses
                      + struct.pack(">BBHI", 58, 0, offset | more, 7) + data, (address, 0))
    try:
        while True:
            answer, sent_by = answers.recvfrom(70000)
            if sent_by[0] == address and answer[0] != 128:
                return f"{answer[0]} {answer[1]}" + (" equal" if answer[4:] == request[4:] else "")
    except TimeoutError:
        return "timeout"


print({"protocol": protocol, "options": options, "fragments": fragments}[sys.argv[1]](*sys.argv[2:]))

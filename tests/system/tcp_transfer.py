#!/usr/bin/env python3
"""Sends many octets over TCP, or takes them; says at the end how many there were, and their digest.

  tcp_transfer.py take ADDRESS PORT              one connection; prints "ready" first
  tcp_transfer.py send ADDRESS PORT MEGABYTES    and behind it the MTU of the path
"""
import hashlib
import os
import socket
import struct
import sys

MEGABYTE = 1_000_000
WINDOW = 131072  # octets on their way at most, which the queue of a TUN device has room for
PATH_MTU = 60  # where it stands in struct tcp_info


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def take(address, port):
    listener = socket.socket(family_of(address))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
    listener.bind((address, int(port)))
    listener.listen()
    print("ready", flush=True)
    connection = listener.accept()[0]
    digest, count = hashlib.sha256(), 0
    while octets := connection.recv(1 << 18):
        digest.update(octets)
        count += len(octets)
    return count, digest.hexdigest()


def send(address, port, megabytes):
    connection = socket.create_connection((address, int(port)), timeout=10)
    digest, block = hashlib.sha256(), os.urandom(MEGABYTE - 8)
    for number in range(int(megabytes)):
        octets = struct.pack(">Q", number) + block
        digest.update(octets)
        connection.sendall(octets)
    connection.shutdown(socket.SHUT_WR)
    connection.recv(1)  # the end of the other side: all has arrived
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    return int(megabytes) * MEGABYTE, digest.hexdigest(), struct.unpack_from("=I", info, PATH_MTU)[0]


print(*{"take": take, "send": send}[sys.argv[1]](*sys.argv[2:]))

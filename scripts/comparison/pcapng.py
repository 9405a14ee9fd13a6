"""Captures as tunstack has them (docs/captures.md): what it needs to replay one, and what it wrote."""
import json
import struct

SECTION, INTERFACE, PACKET = 0x0A0D0D0A, 1, 6
COMMENT, NAME, RESOLUTION = 1, 2, 9
ETHERNET, RAW_IP, NANOSECONDS = 1, 101, 9


def padded(octets):
    return octets + bytes(-len(octets) % 4)


def option(code, value):
    return struct.pack("<HH", code, len(value)) + padded(value)


def block(kind, body):
    size = len(body) + 12
    return struct.pack("<II", kind, size) + body + struct.pack("<I", size)


def write(path, doors, arguments, records):
    """`records`: (seconds, packet), all of which came in by the first door."""
    origin = {"version": "", "arguments": arguments, "seed": "0" * 64, "started": 0, "link_is_up": [True] * len(doors)}
    comment = json.dumps({"tunstack": origin}).encode()
    with open(path, "wb") as capture:
        capture.write(block(SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + option(COMMENT, comment) + bytes(4)))
        for door in doors:
            capture.write(block(INTERFACE, struct.pack("<HHI", ETHERNET if door.mac else RAW_IP, 0, 0) + option(NAME, door.device.encode())
                                + option(RESOLUTION, bytes([NANOSECONDS])) + bytes(4)))
        for seconds, packet in records:
            time = round(seconds * 10**NANOSECONDS)
            capture.write(block(PACKET, struct.pack("<IIIII", 0, time >> 32, time & 0xFFFFFFFF, len(packet), len(packet))
                                + padded(packet)))


def read(path):
    """(seconds, number of the interface, packet) for each; written by tunstack, in nanoseconds."""
    with open(path, "rb") as capture:
        while head := capture.read(8):
            kind, size = struct.unpack("<II", head)
            body = capture.read(size - 8)
            if kind == PACKET:
                interface, high, low, length, _ = struct.unpack_from("<IIIII", body)
                yield (high << 32 | low) / 10**NANOSECONDS, interface, body[20:20 + length]

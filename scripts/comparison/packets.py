"""Packets for the comparison, byte by byte, and one line of text for each answer."""
import ipaddress
import itertools
import struct

PEER4, HOST4, PEER6, HOST6 = "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"
ICMP, TCP, UDP, FRAGMENT, ICMP6, NONE, DESTINATION, HOP_BY_HOP, ROUTING = 1, 6, 17, 44, 58, 59, 60, 0, 43


# Each datagram has its own, so that what one case leaves behind does not meet the next.
identifications = itertools.count(1000)


def address(text):
    return ipaddress.ip_address(text).packed


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


# ---- IPv4 ----


def ipv4(payload, protocol=ICMP, source=PEER4, to=HOST4, options=b"", tos=0, ttl=64, identification=1, field=0):
    header = struct.pack(">BBHHHBBH", 0x45 + len(options) // 4, tos, 20 + len(options) + len(payload), identification,
                         field, ttl, protocol, 0) + address(source) + address(to) + options
    return header[:10] + struct.pack(">H", checksum(header)) + header[12:] + payload


def icmp(kind, code=0, rest=0x00010001, data=b""):
    message = struct.pack(">BBHI", kind, code, 0, rest) + data
    return message[:2] + struct.pack(">H", checksum(message)) + message[4:]


def echo4(data=bytes(56), **header):
    return ipv4(icmp(8, data=data), **header)


def fragments4(message, *pieces, protocol=ICMP):
    """Pieces are (first, past, more) in octets of the message."""
    identification = next(identifications)
    return [ipv4(message[first:past], protocol, identification=identification, field=first // 8 | (0x2000 if more else 0))
            for first, past, more in pieces]


# ---- IPv6 ----


def ipv6(payload, next_header=ICMP6, source=PEER6, to=HOST6, hops=64, length=None, flow=0):
    return struct.pack(">IHBB", 6 << 28 | flow, len(payload) if length is None else length, next_header,
                       hops) + address(source) + address(to) + payload


def with_checksum(message, at, protocol, source, to):
    pseudo = address(source) + address(to) + struct.pack(">II", len(message), protocol)
    value = checksum(pseudo + message) or 0xFFFF
    return message[:at] + struct.pack(">H", value) + message[at + 2:]


def icmp6(kind, code=0, rest=0x00010001, data=b"", source=PEER6, to=HOST6):
    return with_checksum(struct.pack(">BBHI", kind, code, 0, rest) + data, 2, ICMP6, source, to)


def udp6(port=33434, data=bytes(8), source=PEER6, to=HOST6):
    return with_checksum(struct.pack(">HHHH", 40000, port, 8 + len(data), 0) + data, 6, UDP, source, to)


def echo6(*headers, data=bytes(56), source=PEER6, to=HOST6, **fields):
    """An echo request behind (kind, octets from the third on) headers."""
    return chain(ICMP6, icmp6(128, data=data, source=source, to=to), *headers, source=source, to=to, **fields)


def chain(last, payload, *headers, **fields):
    kinds = [kind for kind, _ in headers] + [last]
    octets = b""
    for (kind, body), following in zip(headers, kinds[1:]):
        size = 0 if kind == FRAGMENT else (len(body) + 2) // 8 - 1
        octets += bytes([following, size]) + body
    return ipv6(octets + payload, kinds[0], **fields)


def options(*each):
    """The body of an options header: padded with PadN to whole units."""
    octets = b"".join(each)
    missing = -(len(octets) + 2) % 8
    return octets + (b"" if missing == 0 else b"\0" if missing == 1 else bytes([1, missing - 2]) + bytes(missing - 2))


def fragment(offset=0, more=False, identification=9, reserved=0):
    """The body of a fragment header; the octet for its length is reserved."""
    return struct.pack(">HI", offset | reserved | more, identification)


def fragments6(message, *pieces, last=ICMP6):
    """Pieces are (first, past, more), or with the next header as a fourth."""
    identification = next(identifications)
    return [chain(other[0] if other else last, message[first:past], (FRAGMENT, fragment(first, more, identification)))
            for first, past, more, *other in pieces]


# ---- what came back ----

NAMES4 = {0: "echo reply", 3: "unreachable", 11: "time exceeded", 12: "parameter problem", 14: "timestamp reply",
          16: "information reply", 18: "address mask reply", 43: "extended echo reply"}
NAMES6 = {1: "unreachable", 2: "packet too big", 3: "time exceeded", 4: "parameter problem", 129: "echo reply",
          161: "extended echo reply"}


def is_noise(packet):
    """What a kernel says unasked: solicitations, listener reports."""
    if packet[0] >> 4 == 4:
        return packet[9] == 2
    at = 48 if packet[6] == HOP_BY_HOP else 40
    return packet[6] in (HOP_BY_HOP, ICMP6) and len(packet) > at and packet[at] in (130, 131, 132, 133, 134, 135, 136, 143)


def icmp_text(message, names, is_error):
    kind, code = message[0], message[1]
    text = names.get(kind, f"type {kind}")
    if not is_error(kind):
        return f"{text}, {len(message) - 8} octets"
    rest = struct.unpack(">I", message[4:8])[0]
    pointer = ""
    if text == "parameter problem":
        pointer = f", pointer {rest >> 24 if names is NAMES4 else rest}"
    return f"{text} {kind}/{code}{pointer}, quotes {len(message) - 8}"


def text_of(packet):
    if packet[0] >> 4 == 4:
        header = (packet[0] & 15) * 4
        field = struct.unpack(">H", packet[6:8])[0]
        extra = f", options {packet[20:header].hex()}" if header > 20 else ""
        extra += f", TOS {packet[1]:#x}" if packet[1] else ""
        if field & 0x3FFF:
            return f"fragment {(field & 0x1FFF) * 8}{'+' if field & 0x2000 else ''}"
        protocol, payload = packet[9], packet[header:]
        if protocol == ICMP:
            return icmp_text(payload, NAMES4, lambda kind: kind in (3, 4, 5, 11, 12)) + extra
    else:
        protocol, payload, extra = packet[6], packet[40:], ""
        if protocol == FRAGMENT:
            field = struct.unpack(">H", payload[2:4])[0]
            return f"fragment {field & 0xFFF8}{'+' if field & 1 else ''}"
        if protocol == ICMP6:
            return icmp_text(payload, NAMES6, lambda kind: kind < 128)
    if protocol == TCP:
        return f"TCP flags {payload[13]:#x}" + extra
    return f"protocol {protocol}, {len(payload)} octets" + extra

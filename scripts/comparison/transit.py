"""One line of text for each packet that a router sends: what it says itself, and what it passes on."""
import ipaddress
import struct

from doors import ROUTER
from packets import ICMP, ICMP6, is_noise, text_of

OWN = {ipaddress.ip_interface(text).ip.packed for door in ROUTER for text in door.addresses}
ECHO_REQUEST4, ECHO_REQUEST6 = 8, 128
TIMESTAMPS, REDIRECT4, REDIRECT6, TOO_BIG6 = 68, 5, 137, 2


def is_own(packet):
    """Whether the router made it: it has its source, and is not one of the requests."""
    four = packet[0] >> 4 == 4
    source, message = (packet[12:16], packet[(packet[0] & 15) * 4:]) if four else (packet[8:24], packet[40:])
    return (source in OWN or source[:2] == b"\xfe\x80") and message[0] != (ECHO_REQUEST4 if four else ECHO_REQUEST6)


def option_text(options):
    """In hexadecimal, but times as a word: they differ whenever one looks."""
    if not options or options[0] != TIMESTAMPS:
        return options.hex()
    text, with_addresses = options[:4].hex(), options[3] & 15 != 0
    for at in range(4, options[1] - 3, 4):
        is_time = with_addresses is False or (at - 4) % 8 == 4
        slot = options[at:at + 4]
        text += " time" if is_time and any(slot) else " " + slot.hex()
    return text


def passed_text(packet):
    if packet[0] >> 4 == 4:
        header = (packet[0] & 15) * 4
        field = struct.unpack(">H", packet[6:8])[0]
        parts = [f"TTL {packet[8]}"]
        if packet[1]:
            parts.append(f"TOS {packet[1]:#x}")
        if field & 0x4000:
            parts.append("DF")
        if field & 0x3FFF:
            parts.append(f"fragment {(field & 0x1FFF) * 8}{'+' if field & 0x2000 else ''} of {len(packet) - header}")
        if header > 20:
            parts.append(f"options {option_text(packet[20:header])}")
        return ", ".join(parts)
    first = struct.unpack(">I", packet[:4])[0] & 0x0FFFFFFF
    return f"hop limit {packet[7]}" + (f", class and flow {first:#x}" if first else "")


def own_text(packet):
    """With the MTU and the gateway that are in it."""
    four = packet[0] >> 4 == 4
    message = packet[(packet[0] & 15) * 4:] if four else packet[40:]
    is_icmp = packet[9 if four else 6] == (ICMP if four else ICMP6)
    if is_icmp and message[0] == REDIRECT4 and four:
        return f"redirect {message[0]}/{message[1]} to {ipaddress.ip_address(message[4:8])}"
    if is_icmp and message[0] == REDIRECT6 and not four:
        return f"redirect to {ipaddress.ip_address(message[8:24])}"
    text = text_of(packet)
    if is_icmp and four and message[:2] == b"\x03\x04":
        text += f", MTU {struct.unpack('>H', message[6:8])[0]}"
    if is_icmp and not four and message[0] == TOO_BIG6:
        text += f", MTU {struct.unpack('>I', message[4:8])[0]}"
    return text


def sent_text(door, packet):
    if is_noise(packet):
        return None
    if is_own(packet):
        return own_text(packet) + (f" by {ROUTER[door].device}" if door else "")
    return ("sent back: " if door == 0 else "passed on: ") + passed_text(packet)


# ---- on Ethernet ----

ARP = b"\x08\x06"


def sent_frame_text(_, frame):
    """Stations have the last octet of their MAC and IP addresses in common."""
    if frame[12:14] == ARP or is_noise(frame[14:]):
        return None
    packet = frame[14:]
    return own_text(packet) if is_own(packet) else f"passed on to station {frame[5]}: {passed_text(packet)}"

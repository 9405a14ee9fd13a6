"""Asks the kernel: TUN or TAP devices in a network namespace of its own, whose other ends are this program."""
import fcntl
import os
import select
import struct
import subprocess
import time

TUNSETIFF, IFF_TUN, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0001, 0x0002, 0x1000
QUIET = 0.01  # seconds after which nothing more is expected

SETTINGS = {
    "ipv4/icmp_ratemask": 0,
    "ipv4/icmp_msgs_per_sec": 100000,
    "ipv4/icmp_msgs_burst": 10000,
    "ipv4/ipfrag_time": 1,
    "ipv6/icmp/ratelimit": 0,
    "ipv6/ip6frag_time": 1,
}
DEVICE_SETTINGS = {
    "ipv6/conf/{}/router_solicitations": 0,
    "ipv6/conf/{}/accept_dad": 0,
}


def set_all(settings):
    for key, value in settings.items():
        with open(f"/proc/sys/net/{key}", "w", encoding="ascii") as setting:
            setting.write(str(value))


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def open_device(door):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    kind = IFF_TAP if door.mac else IFF_TUN
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", door.device.encode(), kind | IFF_NO_PI))
    set_all({key.format(door.device): value for key, value in DEVICE_SETTINGS.items()})
    if door.mac:
        ip("link", "set", door.device, "address", door.mac, "addrgenmode", "none")
    ip("link", "set", door.device, "mtu", str(door.mtu), "up")
    for address in door.addresses + (("fe80::2/64",) if door.mac else ()):
        ip("addr", "add", address, "dev", door.device, *(["nodad"] if ":" in address else []))
    for gateway in door.gateways:
        ip("-6" if ":" in gateway else "-4", "route", "add", "default", "via", gateway, "dev", door.device)
    return device


def read_answers(devices, seconds):
    """(number of the door, packet or frame) for what comes until nothing more is expected."""
    answers, end = [], time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and (ready := select.select(devices, [], [], left)[0]):
        for device in ready:
            answers.append((devices.index(device), os.read(device, 65600)))
    return answers


def ask(cases, doors, settings):
    """For each case what the kernel of this namespace sends, as (number of the door, packet)."""
    set_all(SETTINGS | settings)
    ip("link", "set", "lo", "up")
    devices = [open_device(door) for door in doors]
    read_answers(devices, 1)
    results = []
    for _, _, steps in cases:
        answers = []
        for step in steps:
            if isinstance(step, bytes):
                os.write(devices[0], step)
                answers += read_answers(devices, QUIET)
            else:
                answers += read_answers(devices, step)
        results.append(answers)
    for device in devices:
        os.close(device)
    return results

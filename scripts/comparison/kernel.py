"""Asks the kernel: a tun device in a network namespace of its own, whose other end is this program."""
import fcntl
import os
import select
import struct
import subprocess
import time

from packets import HOST4, HOST6, is_noise

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
QUIET = 0.01  # seconds after which nothing more is expected

SETTINGS = {
    "net/ipv4/icmp_ratelimit": 0,
    "net/ipv4/icmp_msgs_per_sec": 100000,
    "net/ipv4/icmp_msgs_burst": 10000,
    "net/ipv4/ipfrag_time": 1,
    "net/ipv6/icmp/ratelimit": 0,
    "net/ipv6/ip6frag_time": 1,
    "net/ipv6/conf/tun0/router_solicitations": 0,
    "net/ipv6/conf/tun0/accept_dad": 0,
}


def open_device():
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", b"tun0", IFF_TUN | IFF_NO_PI))
    for key, value in SETTINGS.items():
        with open(f"/proc/sys/{key}", "w", encoding="ascii") as setting:
            setting.write(str(value))
    for arguments in (["link", "set", "lo", "up"], ["link", "set", "tun0", "up"], ["addr", "add", f"{HOST4}/24", "dev", "tun0"],
                      ["addr", "add", f"{HOST6}/64", "dev", "tun0", "nodad"]):
        subprocess.run(["ip", *arguments], check=True)
    return device


def read_answers(device, seconds):
    answers, end = [], time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and select.select([device], [], [], left)[0]:
        packet = os.read(device, 65600)
        if not is_noise(packet):
            answers.append(packet)
    return answers


def ask(cases):
    """For each case the packets that the kernel of this namespace sends."""
    device = open_device()
    read_answers(device, 1)
    results = []
    for _, _, steps in cases:
        answers = []
        for step in steps:
            if isinstance(step, bytes):
                os.write(device, step)
                answers += read_answers(device, QUIET)
            else:
                answers += read_answers(device, step)
        results.append(answers)
    os.close(device)
    return results

#include <fmt/format.h>

#include <cstdio>

#include "tools/commands.hpp"
#include "tunstack/device/probe.hpp"
#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

constexpr const char* doctor_description =
    R"(Can I use TUN, namespaces and nft here? Each "no" comes with the command that fixes it.

Examples:
  tunstack doctor
  sudo tunstack doctor
  tunstack doctor && tunstack exec -- ping -c 3 192.0.2.2

Exit status: 0 if 'tunstack exec' works here, 3 if not.)";

void print_check(bool ok, const char* question, const char* remedy) {
  fmt::print("{:<3}  {}\n", ok ? "yes" : "no", question);
  if (!ok) fmt::print("     fix: {}\n", remedy);
}

int run_doctor() {
  const bool driver = has_tun_driver();
  const bool open = can_open_tun();
  const bool namespaces = can_make_namespaces();
  print_check(driver, "the kernel has TUN devices (/dev/net/tun)",
              "modprobe tun    (as root; in a container: --device /dev/net/tun)");
  print_check(open, "this user may open /dev/net/tun", "chmod 666 /dev/net/tun    (as root)");
  print_check(namespaces, "private networks can be made: 'tunstack exec'",
              "sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000    (as root)");
  print_check(can_administer_network(), "devices can be made on this host: 'tunstack up'",
              "sudo tunstack up    or once: sudo ip tuntap add dev tun0 mode tun user $USER");
  print_check(has_nft(), "nft works here, for filters in a private network", "apt-get install nftables    (as root)");
  return driver && open && namespaces ? 0 : exit_rights;
}

}  // namespace

void add_doctor(CLI::App& program, int& exit_status) {
  program.add_subcommand("doctor", doctor_description)->callback([&exit_status] { exit_status = run_doctor(); });
}

}  // namespace tunstack

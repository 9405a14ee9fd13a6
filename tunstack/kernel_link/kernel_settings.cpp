#include "tunstack/kernel_link/kernel_settings.hpp"

#include <filesystem>
#include <fstream>

namespace tunstack {

namespace {

const std::string directory = "/proc/sys/net/ipv6/conf/";

bool set(const std::string& path, int value) {
  std::ofstream file(path);
  file << value << std::flush;
  return file.good();
}
bool set_default(const std::string& name, int value) { return set(directory + "default/" + name, value); }

}  // namespace

bool ipv6_is_off(const std::string& device) {
  if (!std::filesystem::exists("/proc/sys/net")) return false;  // nothing can be known
  std::ifstream of_device(directory + device + "/disable_ipv6");
  std::ifstream of_new_ones(directory + "default/disable_ipv6");
  int is_off = 1;
  (of_device ? of_device : of_new_ones) >> is_off;
  return is_off != 0;
}

bool switch_ipv6_on() { return set_default("disable_ipv6", 0); }

bool forward_packets() { return set("/proc/sys/net/ipv4/ip_forward", 1) && set(directory + "all/forwarding", 1); }

bool silence_router_solicitations() { return set_default("router_solicitations", 0); }

}  // namespace tunstack

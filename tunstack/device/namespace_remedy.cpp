#include "tunstack/device/namespace_remedy.hpp"

#include <fstream>
#include <string_view>

namespace tunstack {

namespace {

struct Setting {
  const char* file;
  std::string_view forbidding;
  std::string_view assignment;  // that allows it
  bool limits_root;
};

constexpr std::string_view apparmor = "kernel.apparmor_restrict_unprivileged_userns=0";

constexpr Setting settings_of_namespaces[] = {
    {"kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1", false},  // Debian's kernels
    {"kernel/apparmor_restrict_unprivileged_userns", "1", apparmor, false},                  // Ubuntu's, from 24.04
    {"user/max_user_namespaces", "0", "user.max_user_namespaces=10000", false},
    {"user/max_net_namespaces", "0", "user.max_net_namespaces=10000", true},
};

/// Empty where the kernel has no such setting.
std::string value_of(const std::filesystem::path& file) {
  std::string value;
  std::ifstream(file) >> value;
  return value;
}

}  // namespace

std::string namespace_remedy(bool as_root, const std::filesystem::path& settings) {
  std::string assignments;
  for (const Setting& setting : settings_of_namespaces)
    if ((setting.limits_root || !as_root) && value_of(settings / setting.file) == setting.forbidding)
      assignments.append(" ").append(setting.assignment);
  const bool is_apparmor_alone = assignments == " " + std::string(apparmor);
  if (!assignments.empty())
    return "sysctl -w" + assignments + "    (as root" +
           (is_apparmor_alone ? "; for tunstack alone: its profile for AppArmor, share/tunstack/apparmor)" : ")");
  return as_root ? "docker run --privileged, or a virtual machine: root lacks CAP_SYS_ADMIN here"
                 : "sudo tunstack exec, or outside of this container, which forbids it";
}

}  // namespace tunstack

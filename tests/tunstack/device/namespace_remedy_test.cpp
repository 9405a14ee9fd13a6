// Which setting of the kernel forbids private networks: read from a directory that stands for /proc/sys.
#include "tunstack/device/namespace_remedy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace tunstack::test::namespace_remedy_test {
namespace {

class NamespaceRemedy : public testing::Test {
 protected:
  NamespaceRemedy() {
    char name[] = "/tmp/tunstack-settings.XXXXXX";
    if (::mkdtemp(name) != nullptr) settings_ = name;
  }
  ~NamespaceRemedy() override { std::filesystem::remove_all(settings_); }

  void set(const std::string& file, int value) const {
    std::filesystem::create_directories((settings_ / file).parent_path());
    std::ofstream(settings_ / file) << value << "\n";
  }
  std::string for_user() const { return namespace_remedy(false, settings_); }
  std::string for_root() const { return namespace_remedy(true, settings_); }

  std::filesystem::path settings_;
};

TEST_F(NamespaceRemedy, knows_the_restriction_of_AppArmor) {
  set("kernel/apparmor_restrict_unprivileged_userns", 1);
  set("user/max_user_namespaces", 10000);
  EXPECT_EQ(for_user(),
            "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0    (as root; for tunstack alone: its profile for "
            "AppArmor, share/tunstack/apparmor)");
}

TEST_F(NamespaceRemedy, names_nothing_that_does_not_forbid) {
  set("kernel/apparmor_restrict_unprivileged_userns", 0);
  set("kernel/unprivileged_userns_clone", 0);
  EXPECT_EQ(for_user(), "sysctl -w kernel.unprivileged_userns_clone=1    (as root)");
}

TEST_F(NamespaceRemedy, names_all_that_forbid) {
  set("user/max_user_namespaces", 0);
  set("user/max_net_namespaces", 0);
  EXPECT_EQ(for_user(), "sysctl -w user.max_user_namespaces=10000 user.max_net_namespaces=10000    (as root)");
}

TEST_F(NamespaceRemedy, of_root_is_about_networks_alone) {
  set("kernel/unprivileged_userns_clone", 0);
  EXPECT_THAT(for_root(), testing::StartsWith("docker run --privileged"));
  set("user/max_net_namespaces", 0);
  EXPECT_EQ(for_root(), "sysctl -w user.max_net_namespaces=10000    (as root)");
}

TEST_F(NamespaceRemedy, without_a_setting_is_the_container) {
  EXPECT_THAT(for_user(), testing::HasSubstr("outside of this container"));
}

}  // namespace
}  // namespace tunstack::test::namespace_remedy_test

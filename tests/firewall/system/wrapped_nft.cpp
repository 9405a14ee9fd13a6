#include "tests/firewall/system/wrapped_nft.hpp"

#include <filesystem>
#include <fstream>

namespace tunstack::test {

void WrappedNft::SetUp() {
  SystemTest::SetUp();
  if (IsSkipped() || HasFatalFailure()) return;
  char name[] = "/tmp/tunstack-wrapped.XXXXXX";
  ASSERT_NE(::mkdtemp(name), nullptr);
  directory_ = name;
}

WrappedNft::~WrappedNft() {
  if (directory_.empty()) return;
  network.shell("kill $(cat " + directory_ + "/started)");
  std::filesystem::remove_all(directory_);
}

void WrappedNft::put_nft(const std::string& script) const {
  std::ofstream(directory_ + "/nft") << "#!/bin/sh\nPATH=${PATH#*:}\nD=" + directory_ + "\n" + script;
  std::filesystem::permissions(directory_ + "/nft", std::filesystem::perms::owner_all);
}

}  // namespace tunstack::test

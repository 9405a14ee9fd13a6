// What loads the rules in the tester's network is a script of the test, which starts somebody else there as well.
#pragma once

#include "tests/system/network.hpp"

namespace tunstack::test {

class WrappedNft : public SystemTest {
 protected:
  void SetUp() override;
  /// Ends those whose numbers the script wrote to $D/started.
  ~WrappedNft() override;

  /// `script`, of sh, runs in place of nft, with what nft is asked as "$@" and the directory as $D.
  void put_nft(const std::string& script) const;
  /// Where programs are looked for, the script before nft.
  std::string path() const { return directory_ + ":" + std::getenv("PATH"); }

  std::string directory_;
};

}  // namespace tunstack::test

// What the machine sends of its own accord while a case runs is no answer to it: what loads the rules in the tester's
// network starts somebody there as well whose datagrams a rule drops.
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/firewall/system/wrapped_nft.hpp"

namespace tunstack::test::chatter_test {
namespace {

using nlohmann::json;

constexpr const char* ruleset = R"(table inet filter {
  chain output {
    type filter hook output priority filter; policy accept;
    ip daddr 10.9.9.9 counter drop
    ip daddr 203.0.113.0/24 icmp type echo-reply drop
  }
}
)";

/// Datagrams without a pause, ten seconds at most; a file tells that it has begun.
constexpr const char* talk = R"(
import socket, sys, time
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
end = time.monotonic() + 10
open(sys.argv[1], "w").close()
while time.monotonic() < end:
    try:
        sender.sendto(b"x", ("10.9.9.9", 9))
    except OSError:
        pass
)";

constexpr const char* load_and_talk = R"(
nft "$@" || exit
python3 $D/talk.py $D/talks >/dev/null 2>&1 </dev/null &
echo $! >>$D/started
for turn in $(seq 500); do
  [ -e $D/talks ] && exit
  sleep 0.01
done
exit 1
)";

class Chatter : public WrappedNft {
 protected:
  void SetUp() override {
    WrappedNft::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    std::ofstream(directory_ + "/ruleset.nft") << ruleset;
    std::ofstream(directory_ + "/talk.py") << talk;
    put_nft(load_and_talk);
  }

  /// The fate of each case, and what decided.
  std::map<std::string, std::string> fates(const std::string& path) const {
    const Outcome outcome =
        network.run({"env", "PATH=" + path, program, "firewall", "test", directory_ + "/ruleset.nft", "--json",
                     "--quiet", "--only", "icmp4-query,icmp4-error-forged,udp-other"});
    std::map<std::string, std::string> told;
    const json run = json::parse(outcome.out);
    for (const json& one : run.at("cases"))
      told[one.at("case").at("id")] = one.at("verdict").at("fate").get<std::string>() + " by " + one.at("rule").dump();
    return told;
  }
};

TEST_F(Chatter, is_no_answer_to_a_case) {
  const auto quiet = fates(std::getenv("PATH"));
  EXPECT_EQ(fates(path()), quiet);
  EXPECT_EQ(quiet.at("H4-Q-08R").substr(0, 14), "answer-dropped") << quiet.at("H4-Q-08R");
  EXPECT_TRUE(std::ranges::any_of(quiet, [](const auto& one) { return one.second.starts_with("passed"); }));
  EXPECT_TRUE(std::filesystem::exists(directory_ + "/talks"));
}

}  // namespace
}  // namespace tunstack::test::chatter_test

// Of every node in this program it is checked that it tells what it counts; and of the whole program that its tests
// provoke every reason there is, when all of them run in one process.
#include <algorithm>

#include "tests/support/told_reasons.hpp"

namespace tunstack::test::every_reason {
namespace {

struct Exception {
  Reason reason;
  std::string_view cause;
};

constexpr Exception exceptions[] = {
    {Reason::device_write_failed, "happens behind the node, where a device takes its packets"},
    {Reason::ipv4_version_not_4, "the version chooses the parser; the rule guards the view alone"},
    {Reason::ipv6_version_not_6, "likewise"},
    {Reason::address_held_already, "an identifier in use counts as tried: address_no_identifier"},
    {Reason::icmp4_link_layer_group, "the datagram is refused before: ipv4_unicast_in_link_layer_group, or its group"},
};
static_assert(std::size(exceptions) <= 5);

bool is_exception(std::string_view name) {
  return std::ranges::any_of(exceptions, [&](const Exception& one) { return info(one.reason).name == name; });
}

/// Neither filtered nor one of several shards.
bool all_tests_run() {
  const testing::UnitTest& program = *testing::UnitTest::GetInstance();
  return program.test_to_run_count() + program.disabled_test_count() == program.total_test_count();
}

class EveryReason final : public testing::Environment {
 public:
  void SetUp() override {
    before_ = listen_to_every_node({});
    listen_to_every_node([this] { return std::make_unique<ToldReasons>(told_, before_ ? before_() : nullptr); });
  }
  void TearDown() override {
    listen_to_every_node(before_);
    if (!all_tests_run()) return;
    std::vector<std::string> missing = never_told(told_);
    std::erase_if(missing, is_exception);
    EXPECT_THAT(missing, testing::IsEmpty()) << "no test provokes these reasons";
    for (const Exception& one : exceptions)
      EXPECT_EQ(told_[index_of(one.reason)], 0U) << info(one.reason).name << " is no exception any more";
  }

 private:
  MakeListener before_;  // of whoever was set up earlier
  ReasonCounts told_{};
};

const testing::Environment* const installed = testing::AddGlobalTestEnvironment(new EveryReason);

}  // namespace
}  // namespace tunstack::test::every_reason

// Of every node in this program it is checked that it tells what it counts.
#include "tests/support/told_reasons.hpp"

namespace tunstack::test::every_reason {
namespace {

class EveryReason final : public testing::Environment {
 public:
  void SetUp() override {
    listen_to_every_node([this] { return std::make_unique<ToldReasons>(told_); });
  }
  void TearDown() override { listen_to_every_node({}); }

 private:
  ReasonCounts told_{};
};

const testing::Environment* const installed = testing::AddGlobalTestEnvironment(new EveryReason);

}  // namespace
}  // namespace tunstack::test::every_reason

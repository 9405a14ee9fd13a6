// What a node counts, it tells: hears all that nodes tell, and holds it against what they counted.
#pragma once

#include "tests/support/driver.hpp"

namespace tunstack::test {

/// How often each reason was told or counted, by its number.
using ReasonCounts = std::array<std::uint64_t, reason_count>;

/// "NAME: counted 2, told 1" for each reason that was not told as often as it was counted.
std::vector<std::string> differences(const ReasonCounts& counted, const ReasonCounts& told);

/// Names of the reasons that nobody told.
std::vector<std::string> never_told(const ReasonCounts& told);

/// Tallies what one node tells. At its end, a test failure if that is not what the node counted; and the tally is added
/// to that of `everybody`, which must outlive the listener. `next` hears it too.
class ToldReasons final : public NodeListener {
 public:
  explicit ToldReasons(ReasonCounts& everybody, std::unique_ptr<NodeListener> next = nullptr)
      : everybody_(everybody), next_(std::move(next)) {}

  void decided(const Decision& decision) override;
  void originated(const Origination& origination) override {
    if (next_) next_->originated(origination);
    tell(origination.reason);
  }
  void noted(const Note& note) override {
    if (next_) next_->noted(note);
    tell(note.reason);
  }
  void ended(const Node& node) override;

 private:
  void tell(Reason reason) { ++told_[index_of(reason)]; }

  ReasonCounts told_{};
  ReasonCounts& everybody_;
  std::unique_ptr<NodeListener> next_;
};

}  // namespace tunstack::test

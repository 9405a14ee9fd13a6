// A stack that runs answers questions: a copy of it, so that nothing changes by asking.
#pragma once

#include "tools/running_stack.hpp"
#include "tunstack/why/question.hpp"

namespace tunstack {

class RunningOracle final : public why::Oracle {
 public:
  explicit RunningOracle(const StackChoice& choice);
  /// Its addresses, also that of its link, and nothing else of it.
  const NodeConfig& node() const override { return node_; }
  std::optional<why::Outcome> ask(Bytes packet, const std::string& setting) override;

 private:
  StackChoice choice_;
  ControlClient stack_;
  NodeConfig node_;
};

}  // namespace tunstack

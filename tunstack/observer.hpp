// Told of every decision of a node. A node without an observer does nothing for it.
#pragma once

#include "protocols/base/time.hpp"
#include "protocols/verdict.hpp"

namespace tunstack {

/// One packet, what was decided, and what came of it. The bytes are valid during the call only.
struct Decision {
  Instant time;
  Bytes packet;
  Verdict verdict;
  MaybeReason withheld;  // why the reply or error that the verdict asked for was not sent
  Bytes answer;          // what was sent; empty if nothing was
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void decided(const Decision& decision) = 0;
};

}  // namespace tunstack

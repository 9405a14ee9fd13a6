// What a node tells of packets that it sends of its own accord, and of those that cannot leave.
#pragma once

#include <set>

#include "tests/support/driver.hpp"

namespace tunstack::test {

/// Keeps the reasons of originations and notes while it lives.
class Announced final : public Observer {
 public:
  explicit Announced(Driver& driver) : driver_(driver) { driver.observe(*this); }
  ~Announced() override { driver_.stop_observing(*this); }
  Announced(const Announced&) = delete;
  Announced& operator=(const Announced&) = delete;

  void decided(const Decision&) override {}
  void originated(const Origination& origination) override { originations.push_back(origination.reason); }
  void noted(const Note& note) override {
    notes.push_back(note.reason);
    interfaces.insert(note.interface);
  }

  std::vector<Reason> originations, notes;
  std::set<InterfaceId> interfaces;  // of notes

 private:
  Driver& driver_;
};

}  // namespace tunstack::test

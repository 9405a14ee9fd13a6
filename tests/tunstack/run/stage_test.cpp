// A machine and who acts in it of himself: actors act after each thing that happens, in their order, and are waited
// for.
#include "tunstack/run/stage.hpp"

#include <gmock/gmock.h>

#include <functional>

namespace tunstack::test::stage_test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

using Calls = std::vector<std::string>;

/// Tells what it is asked to do.
struct ToldMachine {
  Calls& calls;
  Instant deadline = Instant::max();
  bool many = true;

  void receive(const Received&, Outbox&) { calls.emplace_back("receive"); }
  void receive_together(std::span<const Received> packets, Outbox&) {
    calls.push_back("receive " + std::to_string(packets.size()));
  }
  bool takes_many() const { return many; }
  void tick(Instant, Outbox&) { calls.emplace_back("tick"); }
  void link_changed(InterfaceId, bool up, Instant, Outbox&) { calls.emplace_back(up ? "up" : "down"); }
  void shut_down(Instant, Outbox&) { calls.emplace_back("shut down"); }
  void note(const Note&) { calls.emplace_back("note"); }
  Instant next_deadline() const { return deadline; }
};
static_assert(Machine<Stage<ToldMachine>>);

struct ToldActor final : Actor {
  ToldActor(std::string with_name, Calls& with_calls) : name(std::move(with_name)), calls(with_calls) {}
  Instant next_deadline() const override { return deadline; }
  void act(Instant now, Outbox& /*out*/) override {
    calls.push_back(name);
    acted_at = now;
    also();
  }

  std::string name;
  Calls& calls;
  Instant deadline = Instant::max();
  Instant acted_at{};
  std::function<void()> also = [] {};
};

class OnStage : public testing::Test {
 protected:
  Calls take() { return std::exchange(calls, {}); }

  Calls calls;
  ToldMachine machine{calls};
  Stage<ToldMachine> stage{machine};
  ToldActor a{"a", calls}, b{"b", calls}, c{"c", calls};
  Outbox out;
  const Instant now{5s};
};

TEST_F(OnStage, actors_act_after_each_thing_that_happens_in_their_order) {
  stage.enter(b);
  stage.enter(a);
  stage.enter(b);  // is there already
  stage.receive({.interface = InterfaceId{0}, .bytes = {}, .now = now}, out);
  EXPECT_THAT(take(), ElementsAre("receive", "b", "a"));
  EXPECT_EQ(a.acted_at, now);
  stage.tick(now + 1s, out);
  EXPECT_THAT(take(), ElementsAre("tick", "b", "a"));
  EXPECT_EQ(b.acted_at, now + 1s);
  stage.link_changed(InterfaceId{0}, false, now + 2s, out);
  EXPECT_THAT(take(), ElementsAre("down", "b", "a"));
  EXPECT_EQ(b.acted_at, now + 2s);
  stage.go_on(now + 3s, out);
  EXPECT_THAT(take(), ElementsAre("b", "a"));
  EXPECT_EQ(a.acted_at, now + 3s);
}

TEST_F(OnStage, nobody_acts_when_all_ends_or_something_is_counted) {
  stage.enter(a);
  stage.note({.time = now, .reason = Reason::outbox_full});
  stage.shut_down(now, out);
  EXPECT_THAT(take(), ElementsAre("note", "shut down"));
}

TEST_F(OnStage, packets_are_taken_together_as_long_as_nobody_acts) {
  EXPECT_TRUE(stage.takes_many());
  const std::vector<Received> two(2, {.interface = InterfaceId{0}, .bytes = {}, .now = now});
  stage.receive_together(two, out);
  EXPECT_THAT(take(), ElementsAre("receive 2"));
  stage.enter(a);
  EXPECT_FALSE(stage.takes_many());
  stage.leave(a);
  EXPECT_TRUE(stage.takes_many());
  machine.many = false;
  EXPECT_FALSE(stage.takes_many());
}

TEST_F(OnStage, what_is_due_first_is_waited_for) {
  EXPECT_EQ(stage.next_deadline(), Instant::max());
  machine.deadline = now + 3s;
  stage.enter(a);
  stage.enter(b);
  EXPECT_EQ(stage.next_deadline(), now + 3s);
  a.deadline = now + 2s;
  b.deadline = now + 1s;
  EXPECT_EQ(stage.next_deadline(), now + 1s);
  stage.leave(b);
  EXPECT_EQ(stage.next_deadline(), now + 2s);
}

TEST_F(OnStage, who_has_left_acts_no_more) {
  stage.enter(a);
  stage.enter(b);
  stage.leave(a);
  stage.leave(c);  // was never there
  stage.tick(now, out);
  EXPECT_THAT(take(), ElementsAre("tick", "b"));
}

TEST_F(OnStage, who_leaves_or_enters_while_he_acts_takes_no_turn_from_others) {
  for (ToldActor* const actor : {&a, &b, &c}) stage.enter(*actor);
  a.also = [&] { stage.leave(a); };
  stage.tick(now, out);
  EXPECT_THAT(take(), ElementsAre("tick", "a", "b", "c"));
  stage.tick(now, out);
  EXPECT_THAT(take(), ElementsAre("tick", "b", "c"));
  b.also = [&] { stage.leave(c), stage.enter(a); };
  a.also = [] {};
  stage.tick(now, out);
  EXPECT_THAT(take(), ElementsAre("tick", "b", "a"));
  a.also = [&] { stage.leave(b), stage.enter(c); };
  stage.tick(now, out);
  EXPECT_THAT(take(), ElementsAre("tick", "b", "a", "c"));
}

}  // namespace
}  // namespace tunstack::test::stage_test

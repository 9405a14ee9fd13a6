// What rtnetlink says of the state of a link, octet by octet.
#include "tunstack/kernel_link/link_messages.hpp"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <cstring>
#include <vector>

namespace tunstack::test::link_messages_test {
namespace {

constexpr unsigned ours = 7, another = 8;
constexpr unsigned lower_up = 1 << 16;  // IFF_LOWER_UP, of linux/if.h
constexpr unsigned up_and_running = IFF_UP | IFF_RUNNING | lower_up;
constexpr std::uint16_t new_namespace = IFLA_NEW_NETNSID;

/// Messages as they stand in a datagram.
class Datagram {
 public:
  Datagram& add(std::uint16_t type, unsigned index, unsigned flags, const std::vector<std::uint16_t>& attributes = {}) {
    const std::size_t start = octets_.size();
    append(nlmsghdr{0, type, 0, 0, 0});
    append(ifinfomsg{AF_UNSPEC, 0, 0, static_cast<int>(index), flags, 0});
    for (const std::uint16_t attribute : attributes) {
      append(nlattr{8, attribute});
      append(std::uint32_t{1});
    }
    const auto length = static_cast<std::uint32_t>(octets_.size() - start);
    std::memcpy(octets_.data() + start, &length, sizeof length);
    return *this;
  }
  /// What of it is read, if only the first `size` octets came.
  LinkHistory read_first(std::size_t size, LinkState before = LinkState::down) const {
    LinkHistory history{.state = before};
    const std::vector<std::uint8_t> exact(octets_.begin(), octets_.begin() + static_cast<std::ptrdiff_t>(size));
    read_link_messages(exact, ours, history);
    return history;
  }
  LinkHistory read(LinkState before = LinkState::down) const { return read_first(octets_.size(), before); }
  std::size_t size() const { return octets_.size(); }
  std::vector<std::uint8_t>& octets() { return octets_; }

 private:
  template <class Part>
  void append(const Part& part) {
    const auto* const begin = reinterpret_cast<const std::uint8_t*>(&part);
    octets_.insert(octets_.end(), begin, begin + sizeof part);
  }
  std::vector<std::uint8_t> octets_;
};

LinkHistory heard(std::uint16_t type, unsigned flags, LinkState before) {
  return Datagram().add(type, ours, flags).read(before);
}

TEST(LinkMessages, up_is_set_up_and_with_a_carrier) {
  EXPECT_EQ(heard(RTM_NEWLINK, up_and_running, LinkState::down).state, LinkState::up);
  EXPECT_FALSE(heard(RTM_NEWLINK, up_and_running, LinkState::up).was_down);
  for (const unsigned flags : {0U, unsigned{IFF_UP}, lower_up, unsigned{IFF_UP | IFF_RUNNING}}) {
    const LinkHistory history = heard(RTM_NEWLINK, flags, LinkState::up);
    EXPECT_EQ(history.state, LinkState::down) << flags;
    EXPECT_TRUE(history.was_down) << flags;
  }
}

TEST(LinkMessages, a_link_that_is_gone_is_down) {
  EXPECT_EQ(heard(RTM_DELLINK, up_and_running, LinkState::up).state, LinkState::down);
}

TEST(LinkMessages, one_that_has_moved_is_out_of_sight) {
  EXPECT_EQ(Datagram().add(RTM_DELLINK, ours, 0, {IFLA_IFNAME, new_namespace}).read().state, LinkState::out_of_sight);
  EXPECT_EQ(Datagram().add(RTM_NEWLINK, ours, 0, {new_namespace}).read().state, LinkState::down) << "has not moved";
}

TEST(LinkMessages, others_say_nothing) {
  for (const LinkState before : {LinkState::down, LinkState::up}) {
    const LinkHistory history = Datagram()
                                    .add(RTM_NEWLINK, another, up_and_running)
                                    .add(RTM_DELLINK, another, 0)
                                    .add(RTM_NEWADDR, ours, before == LinkState::up ? 0 : up_and_running)
                                    .add(NLMSG_ERROR, ours, 0)
                                    .read(before);
    EXPECT_EQ(history.state, before);
    EXPECT_FALSE(history.was_down);
  }
}

TEST(LinkMessages, of_several_the_last_one_counts_and_that_it_was_down_is_not_lost) {
  const LinkHistory history =
      Datagram().add(RTM_NEWLINK, ours, 0).add(RTM_NEWLINK, ours, up_and_running).read(LinkState::up);
  EXPECT_EQ(history.state, LinkState::up);
  EXPECT_TRUE(history.was_down);
}

TEST(LinkMessages, whatever_is_cut_off_says_nothing) {
  const Datagram whole = Datagram().add(RTM_NEWLINK, ours, up_and_running, {IFLA_MTU});
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(whole.read_first(size).state, LinkState::down) << size;
  EXPECT_EQ(whole.read().state, LinkState::up);
}

TEST(LinkMessages, a_length_that_is_too_small_ends_it) {
  for (const std::uint32_t length : {0U, 15U, 16U, 31U}) {
    Datagram datagram = Datagram().add(RTM_NEWLINK, ours, up_and_running);
    std::memcpy(datagram.octets().data(), &length, sizeof length);
    EXPECT_EQ(datagram.read().state, LinkState::down) << length;
  }
}

}  // namespace
}  // namespace tunstack::test::link_messages_test

// Whether a link is up, as rtnetlink tells. A run loop waits for fd() and takes the news; nothing is ever asked of the
// kernel but what a process without rights may ask.
#pragma once

#include <string>

#include "tunstack/kernel_link/link_messages.hpp"
#include "tunstack/kernel_link/netlink_socket.hpp"

namespace tunstack {

/// Since the news before: of a link that went down and up again, both.
struct LinkNews {
  bool went_down = false;
  bool came_up = false;  // or out of sight
};

class LinkWatch {
 public:
  /// From here on no change is missed. Throws SystemError.
  explicit LinkWatch(const std::string& device);

  /// Readable when there is news.
  int fd() const;
  /// As of the last news.
  LinkState state() const { return state_; }
  /// What became of the link since the last call; never waits. Where the kernel had to leave out messages it is asked
  /// anew, and the link counts as down in between.
  LinkNews take_news();

 private:
  bool ask() const;

  unsigned index_;
  NetlinkSocket socket_;
  LinkState state_ = LinkState::down;
};

}  // namespace tunstack

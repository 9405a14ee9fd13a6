// Messages to and from the kernel's packet filter, over libmnl and the kernel's own headers: requests that are taken
// together or not at all, dumps, and what the kernel tells by itself. Used by whoever watches or changes rules here.
#pragma once

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tunstack/kernel_link/netlink_socket.hpp"

namespace tunstack::firewall {

/// A socket to nfnetlink with room for many messages, that never waits in take(). Throws SystemError.
class NfnetlinkSocket {
 public:
  NfnetlinkSocket();

  mnl_socket* get() const { return socket_.get(); }
  /// Hears what the kernel tells a group (NFNLGRP_...). Throws SystemError.
  void join(int group) const;
  /// All messages that wait. False: some were lost.
  bool take(const std::function<void(const nlmsghdr&)>& on_message);
  /// Sends one request and hears its answers up to the acknowledgement or the end of the dump. 0 or the errno.
  int ask(const nlmsghdr& request, const std::function<void(const nlmsghdr&)>& on_answer = {});

 private:
  NetlinkSocket socket_;
  std::vector<char> buffer_;
};

/// One request after the other in a buffer, with attributes in network byte order where nf_tables has it so.
class NfnetlinkMessages {
 public:
  NfnetlinkMessages();

  /// `subsystem`: NFNL_SUBSYS_...; the acknowledgement of each is asked for.
  void begin(std::uint8_t subsystem, std::uint8_t type, std::uint16_t flags, std::uint8_t family,
             std::uint16_t resource = 0);
  void put(std::uint16_t attribute, const std::string& text);
  void put_be32(std::uint16_t attribute, std::uint32_t value);
  void put_be16(std::uint16_t attribute, std::uint16_t value);
  void put_octets(std::uint16_t attribute, const void* octets, std::size_t size);
  void nest(std::uint16_t attribute, const std::function<void()>& inside);

  /// The message that was begun last.
  const nlmsghdr& last() const { return *current_; }
  /// Commits all of them between the marks of a batch (nf_tables). 0 or the first errno.
  static int commit(NfnetlinkSocket& socket, const std::function<void(NfnetlinkMessages&)>& fill);

 private:
  void begin_mark(std::uint16_t type);

  std::vector<char> buffer_;
  std::size_t used_ = 0;
  std::size_t asked_ = 0;
  nlmsghdr* current_ = nullptr;
};

}  // namespace tunstack::firewall

// Where a ruleset is tried: devices, addresses, routes, neighbors, sysctls. A private network, which is that of the
// whole process from then on and vanishes with it; or, live, the host's own, to which a device is added and nothing
// else.
#pragma once

#include <map>
#include <memory>

#include "tunstack/firewall/bench/wire.hpp"
#include "tunstack/kernel_link/link_setup.hpp"

namespace tunstack::firewall {

struct GroundPlan {
  Places places;
  std::vector<std::string> further_interfaces;  // that the ruleset names
  std::map<std::string, std::string> sysctls;   // "net.ipv4.conf.all.rp_filter": "1"; over the kernel's defaults
  bool is_live = false;
};

class Ground {
 public:
  /// Moves this process, of one thread, into a network of its own, unless it is to be live. Throws SystemError.
  explicit Ground(const GroundPlan& plan);

  Wire& outside() { return *outside_; }
  Wire& inside() { return *inside_; }
  Wire& side(Side side) { return side == Side::outside ? outside() : inside(); }
  bool has_inside() const { return inside_ != nullptr; }
  /// "net.ipv4.ip_forward" that the kernel did not take: not known here, or not allowed.
  const std::vector<std::string>& refused_sysctls() const { return refused_; }

  /// Forgets the addresses and routes that router advertisements brought, and what is known of paths.
  void forget_discoveries();

 private:
  void write_sysctl(const std::string& name, const std::string& value, bool is_wanted);
  void enter();
  void set_up(const Arm& arm, bool is_default_way);
  void add_neighbor(const std::string& device, const IpAddress& address);

  const Places places_;
  const bool is_live_;
  std::vector<std::string> refused_;
  std::unique_ptr<Wire> outside_, inside_;
  std::vector<std::unique_ptr<TunDevice>> further_;
  std::vector<std::unique_ptr<LinkSetup>> links_;
};

}  // namespace tunstack::firewall

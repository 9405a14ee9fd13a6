#include "protocols/ip/routes.hpp"

#include <algorithm>

namespace tunstack::ip {

namespace {

bool is_same_way(const Route& a, const Route& b) {
  return a.interface == b.interface && a.gateway == b.gateway && a.type_of_service == b.type_of_service;
}

std::vector<Route> copied(std::span<const Route> routes) { return {routes.begin(), routes.end()}; }

/// The last one takes the place. Memory that is no longer needed is given back.
template <class T>
void take_out(std::vector<T>& from, std::size_t at) {
  if (at + 1 != from.size()) from[at] = std::move(from.back());
  from.pop_back();
  if (from.size() <= from.capacity() / 4) from.shrink_to_fit();
}

}  // namespace

void Routes::add(const Route& route) {
  std::vector<Route> all = copied(of(number_of(route.prefix)));
  const auto same = std::ranges::find_if(all, [&](const Route& r) { return is_same_way(r, route); });
  if (same == all.end())
    all.push_back(route);
  else
    *same = route;
  replace(route.prefix, std::move(all));
}

void Routes::add(std::span<const Route> routes) {
  for (const Route& route : routes) add(route);
}

void Routes::remove(const IpPrefix& prefix, InterfaceId interface) {
  std::vector<Route> left = copied(of(number_of(prefix)));
  if (std::erase_if(left, [&](const Route& r) { return r.interface == interface; }) > 0)
    replace(prefix, std::move(left));
}

std::span<const Route> Routes::find_shorter(const IpAddress& destination, std::uint8_t length) const {
  while (length-- > 0)
    if (const Number number = number_of({destination, length}); number != PrefixTrie::none) return of(number);
  return {};
}

std::vector<Route> Routes::routes() const {
  std::vector<Route> all;
  for (const PrefixTrie* const trie : {&ipv4_, &ipv6_})
    for (const Number number : trie->numbers()) all.insert(all.end(), of(number).begin(), of(number).end());
  return all;
}

Routes::Number Routes::number_of(const IpPrefix& prefix) const {
  return trie_of(prefix.address.family()).find(TrieKey(prefix.address), prefix.length);
}

void Routes::set_number(const IpPrefix& prefix, std::size_t number) {
  trie_of(prefix.address.family()).set(TrieKey(prefix.address), prefix.length, static_cast<Number>(number));
}

/// Makes `routes` all that lead to the prefix.
void Routes::replace(const IpPrefix& prefix, std::vector<Route> routes) {
  if (const Number former = number_of(prefix); former != PrefixTrie::none) give_up(former);
  if (routes.empty()) {
    trie_of(prefix.address.family()).remove(TrieKey(prefix.address), prefix.length);
  } else if (routes.size() == 1) {
    single_.push_back(routes.front());
    set_number(prefix, single_.size() - 1);
  } else {
    several_.push_back(std::move(routes));
    set_number(prefix, (several_.size() - 1) | several);
  }
}

void Routes::give_up(Number number) {
  const std::size_t at = number & ~several;
  if ((number & several) != 0) {
    take_out(several_, at);
    if (at < several_.size()) set_number(several_[at].front().prefix, number);
  } else {
    take_out(single_, at);
    if (at < single_.size()) set_number(single_[at].prefix, number);
  }
}

}  // namespace tunstack::ip

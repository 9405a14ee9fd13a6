#include "tools/fresh_seed.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstring>

#include "tunstack/fault.hpp"

namespace tunstack {

Seed fresh_seed() {
  ChaCha20Key key{};
  ssize_t size = 0;
  do size = ::getrandom(key.data(), sizeof key, 0);  // waits until there is randomness, but is then given whole
  while (size < 0 && errno == EINTR);
  if (size != sizeof key)
    throw Fault("no random numbers", std::strerror(errno), "give a number for all randomness by --seed", 1);
  return key;
}

}  // namespace tunstack

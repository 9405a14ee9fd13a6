#include "tunstack/firewall/ruleset_source.hpp"

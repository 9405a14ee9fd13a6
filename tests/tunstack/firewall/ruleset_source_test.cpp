#include "tunstack/firewall/ruleset_source.hpp"

#include <gtest/gtest.h>

#include "tunstack/firewall/verdict.hpp"

#include <gtest/gtest.h>

// SPDX-License-Identifier: Apache-2.0
// main() of the tests where Catch2 2 is used; Catch2 3 brings its own.
#define CATCH_CONFIG_MAIN
#include "tests/support/catch.hpp"

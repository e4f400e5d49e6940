// SPDX-License-Identifier: Apache-2.0
// The screen's help text: the meaning of its numbers.
#pragma once

#include "observer/screen/picture.hpp"

namespace pipeline {

// Draws from `row` on; fits 80 x 24.
void draw_help(Picture& picture, int row);

}  // namespace pipeline

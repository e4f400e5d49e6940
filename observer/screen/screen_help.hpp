// SPDX-License-Identifier: Apache-2.0
// The help text of the live view, which explains the numbers on the screen.
#pragma once

#include "observer/screen/picture.hpp"

namespace pipeline {

// Draws the help text from `row` on. It fits a terminal of 80 x 24.
void draw_help(Picture& picture, int row);

}  // namespace pipeline

// SPDX-License-Identifier: Apache-2.0
// What the screen's numbers mean, as it says itself when it is asked.
#pragma once

#include "observer/screen/picture.hpp"

namespace pipeline {

// From that row on; fits 80 x 24.
void draw_help(Picture& picture, int row);

}  // namespace pipeline

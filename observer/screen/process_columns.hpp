// SPDX-License-Identifier: Apache-2.0
// The screen's table of processes: its columns, their widths, and which of them need a wide screen.
#pragma once

#include "observer/screen/picture.hpp"
#include "observer/show/process_table.hpp"

namespace pipeline {

void draw_process_header(Picture& picture, int row, SortOrder order);
void draw_process(Picture& picture, int row, const ProcessRow& process);

}  // namespace pipeline

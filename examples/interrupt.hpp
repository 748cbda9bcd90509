#pragma once

namespace xtgrad::examples {

/// From now on the first Ctrl-C (SIGINT), or SIGTERM, only sets a flag, so that the training can end its epoch and write its results; a second
/// one ends the program at once.
void watch_for_interrupts();

/// Whether the flag is set.
bool interrupted() noexcept;

} // namespace xtgrad::examples

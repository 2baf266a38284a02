"""What a queue is doing and has done: who waits now, the estimate of a wait, statistics and their proof."""

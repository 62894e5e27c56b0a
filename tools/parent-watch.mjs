/** Loaded into a child by launch.mjs: when the parent is gone, its channel closes, and the child ends as if told to. */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();

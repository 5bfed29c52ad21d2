// Loaded into child processes (`node --import`): when the launcher is gone, even by kill -9, the child ends too.
// Workers of the child inherit the option, but they talk to the child and are left alone.
if (process.send && process.env.SIGNALBOX_LAUNCHER_PID === String(process.ppid)) {
  process.on('disconnect', () => {
    process.kill(process.pid, 'SIGTERM')
    setTimeout(() => process.exit(1), 8_000).unref()
  })
  process.channel?.unref()
}

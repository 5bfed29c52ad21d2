// Loaded into the app's process (`node --import`): when the launcher is gone, even by kill -9, the app ends too.
if (process.send) {
  process.on('disconnect', () => {
    process.kill(process.pid, 'SIGTERM')
    setTimeout(() => process.exit(1), 8_000).unref()
  })
  process.channel?.unref()
}

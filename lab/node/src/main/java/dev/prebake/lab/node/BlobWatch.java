package dev.prebake.lab.node;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;

/** Sees blobs appear in a content store: each is moved into its folder when it is complete. */
final class BlobWatch implements AutoCloseable {
    private final WatchService watch;
    private final Thread watcher;
    private volatile long lastArrival;

    /** Starts watching; until a blob arrives, {@link #lastArrival} is the start. */
    BlobWatch(Path blobs) {
        lastArrival = System.nanoTime();
        try {
            watch = blobs.getFileSystem().newWatchService();
            blobs.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
        } catch (IOException e) {
            throw new NodeException("The blobs in %s can't be watched: %s".formatted(blobs, e.getMessage()), e);
        }
        watcher = Thread.ofPlatform().daemon().name("blob-watch").start(this::watch);
    }

    private void watch() {
        try {
            while (true) {
                WatchKey key = watch.take();
                lastArrival = System.nanoTime();
                key.pollEvents();
                key.reset();
            }
        } catch (ClosedWatchServiceException e) {
            // close() ends the watch this way.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** When the last blob arrived, by {@link System#nanoTime}. */
    long lastArrival() {
        return lastArrival;
    }

    @Override
    public void close() {
        try {
            watch.close();
            watcher.join();
        } catch (IOException e) {
            throw new NodeException("The watch on a content store could not be ended: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package dev.prebake.lab.cloud;

import java.util.List;

/**
 * What of EventBridge Scheduler outlives the lab.
 *
 * @param schedules every schedule that hasn't been deleted, by their names' order
 */
record StoredSchedules(List<StoredSchedule> schedules) {}

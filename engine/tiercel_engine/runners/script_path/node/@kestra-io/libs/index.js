// What Node scripts of flows require as `@kestra-io/libs`: values, measures and logs handed over on standard output.
// Found by NODE_PATH, so an installed package of that name takes its place.

"use strict";

function handOver(message) {
    process.stdout.write(`::${JSON.stringify(message)}::\n`);
}

function metric(name, type, value, tags) {
    handOver({ metrics: [{ name, type, value, ...(tags ? { tags } : {}) }] });
}

class Kestra {
    /** Outputs of the task, read as `outputs.TASK.vars`. */
    static outputs(values) {
        handOver({ outputs: values });
    }

    /** A metric that counts. */
    static counter(name, value, tags) {
        metric(name, "counter", value, tags);
    }

    /** A metric that goes up and down. */
    static gauge(name, value, tags) {
        metric(name, "gauge", value, tags);
    }

    /** A metric of time: seconds, or a function to time, which gets a function to call at its end. */
    static timer(name, duration, tags) {
        if (typeof duration !== "function") {
            metric(name, "timer", duration, tags);
            return;
        }
        const start = Date.now();
        duration(() => metric(name, "timer", (Date.now() - start) / 1000, tags));
    }

    /** A logger whose entries keep their levels in the task's log. */
    static logger() {
        const at = (level) => (...parts) => handOver({ logs: [{ level, message: parts.join(" ") }] });
        return {
            trace: at("TRACE"),
            debug: at("DEBUG"),
            info: at("INFO"),
            warn: at("WARN"),
            error: at("ERROR"),
        };
    }
}

module.exports = Kestra;
module.exports.default = Kestra;

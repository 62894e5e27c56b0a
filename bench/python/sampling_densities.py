"""Log densities of the posteriors in JAX, by name: each takes the task's data and gives the log density over free
coordinates, their number, and what turns a point into the parameters that are compared."""

import jax
import jax.numpy as jnp


def schools(data):
    y, sigma = jnp.array(data["y"], float), jnp.array(data["sigma"], float)
    n = len(y)

    def logdensity(u):
        eta, mu, tau = u[:n], u[n], jnp.exp(u[n + 1])
        r = (y - mu - tau * eta) / sigma
        prior = -0.5 * (mu / 5) ** 2 - jnp.log1p((tau / 5) ** 2) + u[n + 1] - 0.5 * jnp.sum(eta**2)
        return prior - 0.5 * jnp.sum(r**2)

    return logdensity, n + 2, lambda u: u.at[n + 1].set(jnp.exp(u[n + 1]))


def oral(data):
    subject = jnp.array(data["subject"])
    hours, dose, y = (jnp.array(data[name], float) for name in ("hours", "dose", "y"))
    n = len(dose)
    free = 3 + 3 * n

    def logdensity(u):
        location, z = u[:3], u[3:free].reshape(3, n)
        scale = jnp.exp(u[free:])
        ka = jnp.exp(location[0] + scale[0] * z[0])
        V = jnp.exp(location[2] + scale[2] * z[2])
        k = jnp.exp(location[1] + scale[1] * z[1]) / V
        factor = dose * ka / (V * (ka - k))
        C = factor[subject] * (jnp.exp(-k[subject] * hours) - jnp.exp(-ka[subject] * hours))
        prior = -0.5 * jnp.sum((location - jnp.array([0.5, -3.0, -0.7])) ** 2) - 0.5 * jnp.sum(z**2)
        prior += -0.5 * jnp.sum(scale**2) + jnp.sum(u[free:])
        return prior - 0.5 * jnp.sum(((y - C) / scale[3]) ** 2) - len(y) * u[-1]

    return logdensity, free + 4, lambda u: jnp.concatenate([u[:free], jnp.exp(u[free:])])


def glucose(data):
    """UVA/Padova type 1 model by classical RK4, inputs held over intervals."""
    fixed = {k: v for k, v in data["parameters"].items() if k not in data["names"]}
    names, logit = data["names"], data["logit"]
    mean, sd = jnp.array(data["mean"]), jnp.array(data["sd"])
    y, insulin, carbs, announced = (jnp.array(data[k], float) for k in ("y", "insulin", "carbs", "announced"))
    h, steps = data["step"], data["steps"]
    # Where a meal begins, and while it is eaten: known beforehand.
    fed = carbs > 0
    begins = fed & ~jnp.concatenate([jnp.array([False]), fed[:-1]])

    def path(z):
        p = dict(fixed)
        for i, name in enumerate(names):
            scaled = mean[i] + sd[i] * z[i]
            p[name] = jax.nn.sigmoid(scaled) if logit[i] else jnp.exp(scaled)
        m1, m2, b, d, kmax, kmin = (p[k] for k in ("m1", "m2", "b", "d", "kmax", "kmin"))
        m4, m30 = 0.4 * m2, m1 * p["HEb"] / (1 - p["HEb"])
        Gpb, above = p["Gb"] * p["Vg"], p["EGPb"] - p["Fsnc"]
        Gtb = (p["k1"] * Gpb - above) / p["k2"]
        Vm0 = above * (p["Km0"] + Gtb) / Gtb
        kp1 = p["EGPb"] + p["kp2"] * Gpb + p["kp3"] * p["Ib"]
        Ipb = p["Ib"] * p["Vi"]
        Ilb = m2 * Ipb / (m1 + m30)
        depot = ((m2 + m4) * Ipb - m1 * Ilb) / (p["ka1"] + p["kd"])

        def opening(eb, ed):
            return kmin + (kmax - kmin) * (1 + (eb - ed) / ((eb + 1) * (ed + 1)))

        rest = opening(jnp.exp(-5 * b / (1 - b)), jnp.exp(-5.0))

        def rates(x, food, infusion, meal, bending):
            solid, liquid, gut, plasma, tissue, pI, action, delayed, liver, lI, depot, mono, inter = x
            stomach = solid + liquid
            safe = jnp.where(meal > 0, meal, 1.0)
            eb = jnp.exp(jnp.minimum(5 / (safe * (1 - b)) * stomach - 5 * b / (1 - b), 80.0))
            ed = jnp.exp(jnp.minimum(5 / (safe * d) * stomach - 5, 80.0))
            kempt = jnp.where(bending, opening(eb, ed), jnp.where(meal > 0, rest, kmax))
            ground, emptied = kmax * solid, kempt * liquid
            exchange = p["k1"] * plasma - p["k2"] * tissue
            concentration = pI / p["Vi"]
            production = jnp.maximum(kp1 - p["kp2"] * plasma - p["kp3"] * liver, 0.0)
            excretion = jnp.where(plasma > p["ke2"], p["ke1"] * (plasma - p["ke2"]), 0.0)
            return (
                food - ground,
                ground - emptied,
                emptied - p["kabs"] * gut,
                production + p["f"] * p["kabs"] / p["BW"] * gut - p["Fsnc"] - excretion - exchange,
                exchange - (Vm0 + p["Vmx"] * action) * tissue / (p["Km0"] + tissue),
                m1 * lI - (m2 + m4) * pI + p["ka1"] * depot + p["ka2"] * mono,
                p["p2u"] * (concentration - p["Ib"] - action),
                p["ki"] * (concentration - delayed),
                p["ki"] * (delayed - liver),
                m2 * pI - (m1 + m30) * lI,
                infusion - (p["ka1"] + p["kd"]) * depot,
                p["kd"] * depot - p["ka2"] * mono,
                p["ksc"] * (plasma - inter),
            )

        def interval(carry, given):
            x, meal = carry
            units, grams, whole, begin = given
            food, infusion = 1000 * grams, 6000 * units / p["BW"]
            stomach = x[0] + x[1]
            meal = jnp.where(begin, stomach + 1000 * whole, meal)
            bending = (meal > 0) & ((food > 0) | (stomach > 0.001 * meal))

            def move(x, _):
                k1 = rates(x, food, infusion, meal, bending)
                k2 = rates([a + h / 2 * k for a, k in zip(x, k1)], food, infusion, meal, bending)
                k3 = rates([a + h / 2 * k for a, k in zip(x, k2)], food, infusion, meal, bending)
                k4 = rates([a + h * k for a, k in zip(x, k3)], food, infusion, meal, bending)
                return tuple(a + h / 6 * (q + 2 * (r + s) + t) for a, q, r, s, t in zip(x, k1, k2, k3, k4)), None

            x, _ = jax.lax.scan(move, x, None, length=steps)
            return (x, meal), x[12] / p["Vg"]

        start = (0.0, 0.0, 0.0, Gpb, Gtb, Ipb, 0.0, p["Ib"], p["Ib"], Ilb, depot, p["kd"] * depot / p["ka2"], Gpb)
        start = tuple(jnp.asarray(v, float) for v in start)
        return jax.lax.scan(interval, (start, jnp.asarray(0.0)), (insulin, carbs, announced, begins))[1]

    def logdensity(u):
        log_noise = data["noise"][0] + data["noise"][1] * u[7]
        r = (y - path(u[:7])) * jnp.exp(-log_noise)
        return -0.5 * jnp.sum(r**2) - len(y) * log_noise - 0.5 * jnp.sum(u**2)

    return logdensity, 8, lambda u: u


DENSITIES = {"schools": schools, "oral": oral, "glucose": glucose}

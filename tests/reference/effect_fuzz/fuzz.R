# What R makes of samples.json. Run: Rscript fuzz.R   (writes fuzz.json beside itself)
suppressWarnings(suppressMessages({library(metafor); library(effectsize); library(emmeans); library(lme4); library(lmerTest); library(jsonlite)}))
data <- fromJSON("samples.json", simplifyVector = FALSE)
num <- function(x) lapply(x, as.numeric)
quiet <- function(e) tryCatch(suppressWarnings(suppressMessages(e)), error = function(f) NULL)
row_of <- function(x) if (is.null(x)) NULL else {x <- as.data.frame(x); as.list(x[1, sapply(x, is.numeric), drop = FALSE])}
esc <- function(...) {x <- quiet(escalc(...)); if (is.null(x)) NULL else list(yi = as.numeric(x$yi), vi = as.numeric(x$vi))}
turned <- function(x) {x$yi <- -x$yi; x}
tt <- function(...) {x <- t.test(...); list(t = unname(x$statistic), df = unname(x$parameter), p = x$p.value,
                                          low = x$conf.int[1], high = x$conf.int[2])}

# limits of the noncentrality of t by root finding on R's own pt, which is accurate for |ncp| < 37
edge <- function(t, df, p) quiet(uniroot(function(l) pt(t, df, l) - p, c(-37, 37), tol = 1e-13)$root)
edges <- function(t, df) list(low = edge(t, df, .975), high = edge(t, df, .025))

pair <- function(d) { x <- unlist(num(d$x)); y <- unlist(num(d$y)); n <- length(x); level <- .9
  m <- list(m1i = mean(x), m2i = mean(y), sd1i = sd(x), sd2i = sd(y), ni = n, ri = cor(x, y))
  call_esc <- function(measure, swap = FALSE) if (swap)
    turned(esc(measure, m1i = m$m2i, m2i = m$m1i, sd1i = m$sd2i, sd2i = m$sd1i, ni = n, ri = m$ri)) else
    do.call(esc, c(list(measure), m))
  s <- sd(x - y) / sqrt(n)
  list(moments = m, t95 = tt(x, y, paired = TRUE), t90 = tt(x, y, paired = TRUE, conf.level = level),
    MC = call_esc("MC"), SMCC = call_esc("SMCC"), SMCR = call_esc("SMCR", TRUE), SMCRH = call_esc("SMCRH", TRUE),
    ROMC = if (all(c(x, y) > 0)) call_esc("ROMC"),
    ncp = edges(mean(x - y) / s, n - 1),
    d_z = row_of(quiet(cohens_d(x, y, paired = TRUE))), g_z = row_of(quiet(hedges_g(x, y, paired = TRUE))),
    logs = if (all(c(x, y) > 0)) tt(log(x / y)), percent = if (all(y > 0)) tt(100 * (x / y - 1)),
    means_ratio = row_of(quiet(means_ratio(x, y, paired = TRUE, log = TRUE, adjust = FALSE))),
    p_superiority = row_of(quiet(p_superiority(x, y, paired = TRUE))),
    tost = list(low = t.test(x - y, mu = -.5 * sd(y), alternative = "greater")$p.value,
                high = t.test(x - y, mu = .5 * sd(y), alternative = "less")$p.value),
    typical = list(estimate = sd(x - y) / sqrt(2), low = sd(x - y) / sqrt(2) * sqrt((n - 1) / qchisq(.975, n - 1)),
                   high = sd(x - y) / sqrt(2) * sqrt((n - 1) / qchisq(.025, n - 1))),
    wilson = if (all(x != y)) as.numeric(prop.test(sum(x > y), n, correct = FALSE)$conf.int))}

group <- function(d) { x <- unlist(num(d$x)); y <- unlist(num(d$y))
  m <- list(m1i = mean(x), m2i = mean(y), sd1i = sd(x), sd2i = sd(y), n1i = length(x), n2i = length(y))
  out <- lapply(setNames(nm = c("MD", "SMD", "SMDH", "SMD1", "SMD1H", "ROM")), function(k) do.call(esc, c(list(k), m)))
  sp <- sqrt(((m$n1i - 1) * m$sd1i^2 + (m$n2i - 1) * m$sd2i^2) / (m$n1i + m$n2i - 2))
  w <- t.test(x, y); error <- sqrt(m$sd1i^2 / m$n1i + m$sd2i^2 / m$n2i)
  c(out, list(moments = m, ncp_pooled = edges((mean(x) - mean(y)) / (sp * sqrt(1 / m$n1i + 1 / m$n2i)), m$n1i + m$n2i - 2),
    ncp_welch = edges(unname(w$statistic), unname(w$parameter)), ncp_glass = edges((mean(x) - mean(y)) / error, m$n2i - 1), welch = tt(x, y), pooled = tt(x, y, var.equal = TRUE),
    d_s = row_of(quiet(cohens_d(x, y))), g_s = row_of(quiet(hedges_g(x, y))), glass = row_of(quiet(glass_delta(x, y))),
    d_unequal = row_of(quiet(cohens_d(x, y, pooled_sd = FALSE))), means_ratio = row_of(quiet(means_ratio(x, y, log = TRUE, adjust = FALSE))),
    p_superiority = row_of(quiet(p_superiority(x, y))), cliffs = row_of(quiet(cliffs_delta(x, y))),
    tost = list(low = t.test(x, y, mu = -.5 * sd(y), alternative = "greater")$p.value,
                high = t.test(x, y, mu = .5 * sd(y), alternative = "less")$p.value)))}

J <- function(df) exp(lgamma(df / 2) - lgamma((df - 1) / 2)) / sqrt(df / 2)
printed <- function(r) { r <- num(r)
  arm <- function(a) list(m1i = r[[paste0("m_post_", a)]], m2i = r[[paste0("m_pre_", a)]], sd1i = r[[paste0("sd_post_", a)]],
                          sd2i = r[[paste0("sd_pre_", a)]], ni = r[[paste0("n_", a)]], ri = r[[paste0("r_", a)]])
  swap <- function(m) list(m1i = m$m2i, m2i = m$m1i, sd1i = m$sd2i, sd2i = m$sd1i, ni = m$ni, ri = m$ri)
  t <- arm("t"); k <- arm("c")
  of <- function(m) list(MC = do.call(esc, c(list("MC"), m)), SMCC = do.call(esc, c(list("SMCC"), m)), ROMC = do.call(esc, c(list("ROMC"), m)),
                         SMCR = turned(do.call(esc, c(list("SMCR"), swap(m)))), SMCRH = turned(do.call(esc, c(list("SMCRH"), swap(m)))))
  df <- t$ni + k$ni - 2; sp <- sqrt(((t$ni - 1) * t$sd2i^2 + (k$ni - 1) * k$sd2i^2) / df)
  # Morris (2008), equations 8 and 25, from its text
  g <- J(df) * ((t$m1i - t$m2i) - (k$m1i - k$m2i)) / sp; rho <- ((t$ni - 1) * t$ri + (k$ni - 1) * k$ri) / df
  N <- (t$ni + k$ni) / (t$ni * k$ni)
  v <- 2 * J(df)^2 * (1 - rho) * N * df / (df - 2) * (1 + g^2 / (2 * (1 - rho) * N)) - g^2
  eta <- function(f) {x <- quiet(f(r$F, r$df_1, r$df_2, ci = r$level, alternative = "two.sided")); row_of(x)}
  ncp <- function(p) if (pf(r$F, r$df_1, r$df_2) < p) 0 else uniroot(function(l) pf(r$F, r$df_1, r$df_2, l) - p, c(0, 4000), tol = 1e-12)$root
  two <- esc("SMD", m1i = t$m1i, m2i = k$m1i, sd1i = t$sd1i, sd2i = k$sd1i, n1i = t$ni, n2i = k$ni)
  alpha <- (1 - r$level) / 2
  list(treatment = of(t), control = of(k), SMD = two, g_ppc2 = g, v_morris = v, eta = eta(F_to_eta2), omega = eta(F_to_omega2),
       epsilon = eta(F_to_epsilon2), ncp_low = ncp(1 - alpha), ncp_high = ncp(alpha))}

# d from contrasts of mixed models: md_12.1 of afex, and the paired samples as a random-intercept model
data(md_12.1, package = "afex"); md_12.1$noise <- factor(md_12.1$noise)
fit <- lmer(rt ~ angle * noise + (1 | id), md_12.1); em <- emmeans(fit, ~ angle | noise)
sd_total <- sqrt(sum(as.data.frame(VarCorr(fit))$vcov))
sizes <- lapply(c(9, 33.5, Inf), function(edf) list(edf = edf, effect = as.data.frame(eff_size(em, sigma = sd_total, edf = edf))[c("effect.size", "SE")]))
model <- list(sigma = sd_total, contrast = as.data.frame(pairs(em, adjust = "none"))[c("contrast", "noise", "estimate", "SE", "df")], sizes = sizes)
boundaries <- as.data.frame(test(pairs(em, adjust = "none"), delta = 40, side = "equivalence"))[c("contrast", "noise", "t.ratio", "p.value")]

# generalised eta squared of a mixed design from effectsize, for the point estimate
data(obk.long, package = "afex")
ob <- aov(value ~ treatment * gender * phase * hour + Error(id / (phase * hour)), obk.long)
strata <- lapply(summary(ob), function(x) {x <- as.data.frame(x[[1]]); x$term <- trimws(rownames(x)); x[c("term", "Df", "Sum Sq")]})
ges <- as.data.frame(eta_squared(ob, generalized = TRUE, ci = NULL))[c("Parameter", "Eta2_generalized")]

out <- list(pairs = lapply(data$pairs, pair), groups = lapply(data$groups, group), printed = lapply(data$printed, printed),
  model = model, equivalence = boundaries, obk = list(strata = strata, ges = ges),
  versions = list(R = R.version.string, metafor = as.character(packageVersion("metafor")), effectsize = as.character(packageVersion("effectsize")),
                  emmeans = as.character(packageVersion("emmeans")), lme4 = as.character(packageVersion("lme4"))))
write_json(out, "fuzz.json", digits = NA, auto_unbox = TRUE, na = "null", null = "null")

# Analyse every design with afex::aov_car (Type III) and write what it prints, with 17 digits.
suppressMessages({library(afex); library(jsonlite)})
designs <- list(
  one_within = list(within = "load"),
  two_levels = list(within = "side"),
  two_within = list(within = c("condition", "load")),
  three_within = list(within = c("condition", "side", "load")),
  one_between_one_within = list(between = "group", within = "time"),
  two_between_two_within = list(between = c("group", "sex"), within = c("phase", "hour")),
  two_between_observed = list(between = c("group", "sex"), within = c("phase", "hour"), observed = "sex",
                              file = "two_between_two_within"),
  two_level_factors = list(between = "training", within = c("focus", "limb")),
  few_participants = list(within = "load"),
  between_only = list(between = "group")
)
columns <- function(m) lapply(split(m, rownames(m)), function(x) as.list(setNames(x, colnames(m))))
# Mauchly's test of the orthonormal contrasts themselves. mauchly.test() and car use the number of columns of the
# response in one term of the P value where the number of contrasts belongs; given the contrasts alone both agree.
own_mauchly <- function(data, within, between) {
  wide <- data[do.call(order, c(data["participant"], data[within])), ]
  cells <- prod(sapply(within, function(f) nlevels(data[[f]])))
  y <- matrix(wide$value, ncol = cells, byrow = TRUE)
  arm <- if (length(between)) interaction(wide[seq(1, nrow(wide), cells), between, drop = FALSE], drop = TRUE) else NULL
  parts <- unlist(lapply(seq_along(within), function(k) combn(within, k, simplify = FALSE)), recursive = FALSE)
  found <- lapply(parts, function(part) {
    pieces <- lapply(within, function(f) {
      k <- nlevels(data[[f]])
      if (f %in% part) qr.Q(qr(contr.helmert(k))) else matrix(1 / sqrt(k), k, 1)
    })
    z <- y %*% Reduce(kronecker, pieces)
    if (ncol(z) < 2 || nrow(z) - max(1, nlevels(arm)) < ncol(z)) return(NULL)
    m <- mauchly.test(if (is.null(arm)) lm(z ~ 1) else lm(z ~ arm))
    list(w = unname(m$statistic), p = m$p.value)
  })
  setNames(found, sapply(parts, paste, collapse = ":"))
}
out <- list()
for (name in names(designs)) {
  d <- designs[[name]]
  file <- if (is.null(d$file)) name else d$file
  data <- read.csv(paste0(file, ".csv"), colClasses = c(participant = "factor"))
  for (f in c(d$within, d$between)) data[[f]] <- factor(data[[f]])
  a <- suppressWarnings(suppressMessages(aov_ez("participant", "value", data, within = d$within, between = d$between,
         observed = d$observed, type = 3, anova_table = list(correction = "none", es = c("ges", "pes")))))
  table <- as.data.frame(a$anova_table)
  s <- suppressWarnings(summary(a$Anova, multivariate = FALSE))
  corrections <- if (length(d$within) && !is.null(s$pval.adjustments)) unclass(s$pval.adjustments) else NULL
  mauchly <- if (length(d$within) && !is.null(s$sphericity.tests)) unclass(s$sphericity.tests) else NULL
  as_rows <- function(m) if (is.null(m)) NULL else
    setNames(lapply(rownames(m), function(r) as.list(m[r, ])), rownames(m))
  out[[name]] <- list(file = file, within = I(as.character(d$within)), between = I(as.character(d$between)),
    observed = I(as.character(d$observed)),
    table = setNames(lapply(rownames(table), function(r) as.list(table[r, ])), rownames(table)),
    corrections = as_rows(corrections), mauchly = as_rows(mauchly),
    own_mauchly = if (length(d$within)) own_mauchly(data, d$within, d$between) else NULL)
}
write_json(out, "reference.json", digits = I(17), auto_unbox = TRUE, pretty = TRUE, null = "null", na = "null")
writeLines(c(R.version.string, paste("afex", packageVersion("afex")), paste("car", packageVersion("car"))), "versions.txt")

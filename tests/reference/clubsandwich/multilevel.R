# Three-level models by metafor and cluster-robust inference by clubSandwich. Run: Rscript multilevel.R (writes multilevel.json)
suppressMessages({library(metafor); library(clubSandwich); library(jsonlite)})
tight <- list(rel.tol = 1e-10)
exact <- list(list(optimizer = "bobyqa", rhoend = 1e-12), list(rel.tol = 1e-10), list())
keep <- function(r) list(b = as.numeric(r$beta), se = r$se, stat = as.numeric(r$zval), p = r$pval, lo = r$ci.lb, hi = r$ci.ub,
  sigma2 = r$sigma2, ll = as.numeric(logLik(r)), QE = r$QE, ddf = as.numeric(unlist(r$ddf)))
robust <- function(r, cl) { v <- vcovCR(r, cluster = cl, type = "CR2"); t <- coef_test(r, vcov = v, test = "Satterthwaite")
  list(V = unclass(v)[seq_len(nrow(v)), seq_len(ncol(v))], se = t$SE, df = if (is.null(t$df_Satt)) t$df else t$df_Satt,
       p = if (is.null(t$p_Satt)) t$p_val else t$p_Satt, t = t$tstat) }
prepare <- function(name) {d <- get(name); d}
k <- dat.konstantopoulos2011
as_ <- dat.assink2016
bo <- dat.bornmann2007; bo <- escalc(measure = "OR", ai = waward, n1i = wtotal, ci = maward, n2i = mtotal, data = bo)
out <- list()
fit <- function(d, cl, mods = NULL, V = NULL) {
  d$.effect <- seq_len(nrow(d)); d$.cl <- d[[cl]]; if (is.null(V)) V <- diag(d$vi)
  g <- function(ctl, m, test, ...) if (is.null(mods)) rma.mv(yi, V, random = ~ 1 | .cl/.effect, data = d, method = m, test = test, control = ctl, ...)
                        else rma.mv(yi, V, mods = mods, random = ~ 1 | .cl/.effect, data = d, method = m, test = test, control = ctl, ...)
  f <- function(m, test, ...) { for (ctl in exact) { r <- tryCatch(g(ctl, m, test, ...), error = function(e) NULL)
    if (!is.null(r)) return(r) }; stop("no fit") }
  reml <- f("REML", "z"); pr <- if (is.null(mods)) predict(reml) else NULL
  list(yi = as.numeric(d$yi), vi = as.numeric(d$vi), study = as.character(d[[cl]]), REML = keep(reml), ML = keep(f("ML", "z")),
       contain = keep(f("REML", "t", dfs = "contain")), pi = c(pr$pi.lb, pr$pi.ub), CR2 = robust(reml, d[[cl]]))
}
out$konstantopoulos2011 <- fit(k, "district")
out$assink2016 <- fit(as_, "study")
out$bornmann2007 <- fit(bo, "study")
Va <- impute_covariance_matrix(as_$vi, cluster = as_$study, r = .6, return_list = FALSE)
out$assink_shared <- fit(as_, "study", V = as.matrix(Va))
out$konstantopoulos_year <- c(fit(k, "district", mods = ~ year), list(year = k$year))
# the likelihood does not depend on where years are counted from, but metafor's sum of it loses digits with years near 2000
k$year <- k$year - 1990
centred <- fit(k, "district", mods = ~ year)
for (m in c("REML", "ML")) out$konstantopoulos_year[[m]]$ll <- centred[[m]]$ll
b <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
r <- rma(yi, vi, data = b, control = list(threshold = 1e-12))
out$bcg_cr2 <- robust(r, b$trial)
m <- rma(yi, vi, mods = ~ ablat + year, data = b, control = list(threshold = 1e-12))
out$bcg_mods_cr2 <- robust(m, b$trial)
r2 <- rma(yi, vi, data = b, control = list(threshold = 1e-12)); out$bcg_alloc_cr2 <- robust(r2, b$alloc)
out$bcg <- list(yi = as.numeric(b$yi), vi = as.numeric(b$vi), trial = b$trial, alloc = as.character(b$alloc), ablat = b$ablat, year = b$year)
out$versions <- list(R = R.version.string, metafor = as.character(packageVersion("metafor")), clubSandwich = as.character(packageVersion("clubSandwich")))
write_json(out, "multilevel.json", digits = NA, auto_unbox = TRUE, na = "null", matrix = "rowmajor")
